/*
 * width.h - how many columns of a terminal a character takes.
 *
 * Our own, since wcwidth() answers for the locale alone, and an answer is the
 * same in any.
 */
#ifndef QUERY_WIDTH_H
#define QUERY_WIDTH_H

#include <stdint.h>

/* 2 of East Asian wide and full-width ones and of emoji, 0 of marks that stand
 * on the character before, else 1. */
unsigned width_character(uint32_t character);

#endif
