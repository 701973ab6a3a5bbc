/*
 * roaring.h - the door to CRoaring, which is loaded when there is a first set.
 *
 * Many a question needs none, nor does an archive that is known: see library.h.
 */
#ifndef STORE_ROARING_H
#define STORE_ROARING_H

#include <roaring/roaring.h>

/* What we call.  Of the header's inline functions too, the library's own. */
#define ROARING_CALLS(X)                                                       \
	X(bitmap_add)                                                          \
	X(bitmap_add_many)                                                     \
	X(bitmap_clear)                                                        \
	X(bitmap_contains)                                                     \
	X(bitmap_create)                                                       \
	X(bitmap_free)                                                         \
	X(bitmap_get_cardinality)                                              \
	X(bitmap_is_empty)                                                     \
	X(bitmap_maximum)                                                      \
	X(bitmap_minimum)                                                      \
	X(bitmap_or_inplace)                                                   \
	X(bitmap_portable_deserialize_safe)                                    \
	X(bitmap_portable_serialize)                                           \
	X(bitmap_portable_size_in_bytes)                                       \
	X(bitmap_remove)                                                       \
	X(bitmap_run_optimize)                                                 \
	X(bitmap_to_uint32_array)                                              \
	X(iterate)

#define ROARING_POINTER(name) __typeof__(roaring_##name) *name;

/* There from roaring_create() or roaring_take() on. */
struct roaring {
	ROARING_CALLS(ROARING_POINTER)
};

extern struct roaring roaring;

/* An empty set, never NULL; the caller frees it. */
roaring_bitmap_t *roaring_create(void);

/* The set that bytes in the portable format are, NULL if they make no sense;
 * the caller frees it. */
roaring_bitmap_t *roaring_take(const char *data, size_t size);

#endif
