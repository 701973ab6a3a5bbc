/*
 * inflate.h - inflate() and crc32() of zlib's interface, done by ISA-L: the
 * door to ISA-L.
 *
 * libarchive calls zlib for what zip, gzip, cab and 7z hold, and that is most
 * of what a night costs.  ISA-L's decoder gives the same bytes in less than
 * half the time but has no place in libarchive, so this program has functions
 * of zlib's names, and the loader binds libarchive's calls to those: a symbol
 * of the program comes before a library's (see the Makefile, "taken").
 *
 * They are what libarchive needs, not all of zlib: bare deflate streams
 * (negative window bits) alone, for libarchive reads the wrappers around them
 * itself.  As in zlib, inflate() leaves next_in at the first byte behind the
 * stream, and avail_in, total_in, next_out, avail_out and total_out tell what
 * went in and out.  The call that finds a stream damaged tells of nothing that
 * went in or out, so that up to 64 KiB before the damage are not given.
 *
 * Interfaces: zlib.h (zlib manual), igzip_lib.h and crc.h (ISA-L).
 */
#ifndef INGEST_INFLATE_H
#define INGEST_INFLATE_H

#include "signatures/base/error.h"

/* Load ISA-L: before libarchive is used, while files may be opened. */
enum status inflate_load(struct error *err) MUST_CHECK;

#endif
