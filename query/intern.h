/*
 * intern.h - values to small dense numbers, from 1 on in order of arrival.
 */
#ifndef QUERY_INTERN_H
#define QUERY_INTERN_H

#include <stddef.h>
#include <stdint.h>

#include "signatures/field.h"

struct intern;

struct intern *intern_create(void);
void intern_destroy(struct intern *intern);

/* The number of value; text is copied. */
uint32_t intern_number(struct intern *intern, struct field_value value);

/* How many there are, and each of them; text lives as long as intern. */
size_t intern_count(const struct intern *intern);
struct field_value intern_value(const struct intern *intern, uint32_t number);

#endif
