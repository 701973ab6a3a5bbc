/*
 * pooltag.h - who allocates under the four characters of a pool tag.
 *
 * A tag is read as four characters, or as fewer if a NUL comes first, which no
 * row is.  Case counts.  The bit that marks a protected allocation (top bit of
 * the fourth character) is ignored.  Rows live for ever.
 */
#ifndef KNOWLEDGE_POOLTAG_H
#define KNOWLEDGE_POOLTAG_H

struct pooltag {
	char tag[5];	 /* or a pattern with * and ? */
	char binary[32]; /* "ntfs.sys", "nt!mm", "kmcl.lib", "multiple" */
};

/* The first row for the tag: exact before patterns, narrow before wide. */
const struct pooltag *pooltag_find(const char *tag);

/*
 * The module that the tag belongs to: "nt" for every part of the kernel.  NULL
 * if unknown, or a library that several drivers carry.  Where two modules
 * share a tag this is the first; pooltag_next() has the other.
 */
const char *pooltag_owner(const char *tag);

/* Another row with the same tag or pattern as this one, or NULL. */
const struct pooltag *pooltag_next(const struct pooltag *row);

/* The module of one row, as pooltag_owner(). */
const char *pooltag_module(const struct pooltag *row);

#endif
