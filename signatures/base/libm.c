/*
 * The C library's mathematics, loaded when something is first worked out.
 *
 * It is a file of its own, and to find and bind it takes longer than many a
 * question that has no use for it (library.h).  The linker turns calls of these
 * functions, ours and GSL's, into calls of those here (the Makefile,
 * "wrapped"); one that is missing here is bound at the start as it always was.
 */
#include <math.h>

#include "signatures/base/library.h"

/* No LIBRARY: a part of the C library wants no package of its own. */
static const char name[] = "libm.so.6";

#define OF_ONE(X)                                                              \
	X(acos)                                                                \
	X(acosh)                                                               \
	X(asin)                                                                \
	X(atan)                                                                \
	X(atanh)                                                               \
	X(cos)                                                                 \
	X(cosh)                                                                \
	X(erfc)                                                                \
	X(exp)                                                                 \
	X(log)                                                                 \
	X(log10)                                                               \
	X(log1p)                                                               \
	X(log2)                                                                \
	X(round)                                                               \
	X(sin)                                                                 \
	X(sinh)                                                                \
	X(sqrt)                                                                \
	X(tan)                                                                 \
	X(tanh)

#define OF_TWO(X)                                                              \
	X(atan2)                                                               \
	X(fmax)                                                                \
	X(fmin)                                                                \
	X(fmod)                                                                \
	X(hypot)                                                               \
	X(pow)

#define OTHERS(X)                                                              \
	X(ldexp)                                                               \
	X(logf)                                                                \
	X(lround)                                                              \
	X(sincos)

#define POINTER(name) __typeof__(name) *name;
#define SYMBOL(name) { #name, &libm.name },

static struct {
	OF_ONE(POINTER)
	OF_TWO(POINTER)
	OTHERS(POINTER)
} libm;

static const struct library_symbol symbols[] = { OF_ONE(SYMBOL) OF_TWO(SYMBOL)
							 OTHERS(SYMBOL) };

static void load(void)
{
	library_must(name, symbols, sizeof(symbols) / sizeof(symbols[0]));
}

static inline void ready(void)
{
	if (!libm.acos)
		load();
}

#define TAKE_ONE(name)                                                         \
	double __wrap_##name(double x);                                        \
	double __wrap_##name(double x)                                         \
	{                                                                      \
		ready();                                                       \
		return libm.name(x);                                           \
	}

#define TAKE_TWO(name)                                                         \
	double __wrap_##name(double x, double y);                              \
	double __wrap_##name(double x, double y)                               \
	{                                                                      \
		ready();                                                       \
		return libm.name(x, y);                                        \
	}

OF_ONE(TAKE_ONE)
OF_TWO(TAKE_TWO)

double __wrap_ldexp(double x, int by);
float __wrap_logf(float x);
long __wrap_lround(double x);
void __wrap_sincos(double x, double *sine, double *cosine);

double __wrap_ldexp(double x, int by)
{
	ready();
	return libm.ldexp(x, by);
}

float __wrap_logf(float x)
{
	ready();
	return libm.logf(x);
}

long __wrap_lround(double x)
{
	ready();
	return libm.lround(x);
}

void __wrap_sincos(double x, double *sine, double *cosine)
{
	ready();
	libm.sincos(x, sine, cosine);
}
