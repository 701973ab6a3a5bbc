/*
 * Code to be walked: functions of many shapes that call each other in a given
 * order, each noting its own return address.  Built by a compiler for Windows
 * (see unwind.sh), never linked into anything of ours.
 */
#define NOINLINE __attribute__((noinline))
#define EXPORT __declspec(dllexport)

typedef unsigned long long word;

struct call {
	const unsigned char *order; /* functions still to call; 0xff ends */
	word *trace;		    /* return addresses, outermost first */
	void (*leaf)(void);
	word sum;
};

typedef word function(struct call *call, word a, word b, word c, word d,
		      word e);
static function *const table[24];

#define NOTE() (*call->trace++ = (word)__builtin_return_address(0))

static NOINLINE word next(struct call *call, word a, word b, word c)
{
	NOTE();
	const unsigned char which = *call->order;
	if (which == 0xff) {
		call->leaf();
		return a + 1;
	}
	call->order++;
	return table[which](call, a, b, c, a ^ b, b + c) + which;
}

/* A local array, a loop, values kept across the call, a branch behind it. */
#define SHAPE(n, locals, turns, extra)                                         \
	static NOINLINE word shape_##n(struct call *call, word a, word b,      \
				       word c, word d, word e)                 \
	{                                                                      \
		volatile word local[locals];                                   \
		NOTE();                                                        \
		for (word i = 0; i < (turns); i++)                             \
			local[i % (locals)] = (a + n) * i ^ b;                 \
		word before = a * (n + 3) + c;                                 \
		word result = next(call, a + n, b ^ before, c + e);            \
		extra;                                                         \
		if (result & 1)                                                \
			result += local[result % (locals)] * before;           \
		else                                                           \
			result ^= d + local[0];                                \
		return result + e;                                             \
	}

#define PAGE_PROBE                                                             \
	volatile char page[6000];                                              \
	page[a % 6000] = (char)b
#define GROWS                                                                  \
	volatile char *grown = __builtin_alloca(16 + (a & 127));               \
	grown[a & 15] = (char)c
#define FLOATS double x = (double)a, y = (double)b, z = x * y + (double)c

#define DEEP(n, start, finish)                                                 \
	static NOINLINE word shape_##n(struct call *call, word a, word b,      \
				       word c, word d, word e)                 \
	{                                                                      \
		start;                                                         \
		NOTE();                                                        \
		word kept = (a | n) * (b + 7), more = c / (d | 1);             \
		word result = next(call, kept, more, d + n);                   \
		finish;                                                        \
		switch (result % 5) {                                          \
		case 0:                                                        \
			return result + kept + a;                              \
		case 1:                                                        \
			call->sum += more;                                     \
			return result ^ (e + n);                               \
		case 2:                                                        \
			return next == 0 ? b : result * b;                     \
		default:                                                       \
			return result - more * kept + c * d;                   \
		}                                                              \
	}

SHAPE(0, 1, 1, (void)0)
SHAPE(1, 2, 3, call->sum += a)
SHAPE(2, 4, 4, call->sum ^= before)
SHAPE(3, 8, 8, result *= before + 1)
SHAPE(4, 16, 10, result = result / (c | 1))
SHAPE(5, 32, 20, result -= d)
SHAPE(6, 64, 64, call->sum += d * e)
SHAPE(7, 128, 40, result ^= result >> 7)
SHAPE(8, 3, 2, for (word k = 0; k < 9; k++) result += local[k % 3] << k)
SHAPE(9, 5, 5, while (result > 1000) result /= 3)
SHAPE(10, 6, 7, if (b > c) call->sum -= 4; else call->sum += result)
SHAPE(11, 7, 9, call->sum = call->sum * 33 + d)
DEEP(12, (void)0, (void)0)
DEEP(13, volatile word w = c, result += w)
DEEP(14, PAGE_PROBE, result += page[5])
DEEP(15, GROWS, result += grown[1])
DEEP(16, FLOATS, result += (word)(x + y * z))
DEEP(17, GROWS; FLOATS, result ^= (word)(x * z - y) + grown[0])
DEEP(18, PAGE_PROBE; FLOATS, result += (word)(x / (y + 1) + z) + page[9])
DEEP(19, volatile char text[40]; text[0] = (char)a, result += text[0])
DEEP(20, volatile int small = (int)b, result -= small)
DEEP(21, volatile word many[33]; many[a % 33] = e, result += many[3])

static NOINLINE word shape_22(struct call *call, word a, word b, word c, word d,
			      word e)
{
	NOTE();
	return next(call, a, b, c) + d * e;
}

static NOINLINE word shape_23(struct call *call, word a, word b, word c, word d,
			      word e)
{
	NOTE();
	if (a > b && c != d)
		call->sum += e;
	const word one = next(call, b, a, d);
	return one == 5 ? call->sum : one + call->sum * 2;
}

static function *const table[24] = {
	shape_0,  shape_1,  shape_2,  shape_3,	shape_4,  shape_5,
	shape_6,  shape_7,  shape_8,  shape_9,	shape_10, shape_11,
	shape_12, shape_13, shape_14, shape_15, shape_16, shape_17,
	shape_18, shape_19, shape_20, shape_21, shape_22, shape_23,
};

#ifdef SHIFTED
/* Moves everything behind it; never called. */
EXPORT word padding(word a)
{
	for (word i = 0; i < a; i++)
		a = a * 31 + (i ^ 0x55aa);
	return a;
}
#endif

EXPORT word run(const unsigned char *order, word *trace, void (*leaf)(void))
{
	struct call call = { order, trace, leaf, 0 };

	return next(&call, 1, 2, 3);
}

EXPORT const void *shapes(void)
{
	return table;
}

/* What the compiler wants for large frames on this system. */
void ___chkstk_ms(void);
__asm__(".globl ___chkstk_ms\n"
	"___chkstk_ms:\n"
	"	ret\n");

int DllMainCRTStartup(void *a, unsigned b, void *c)
{
	(void)a;
	(void)b;
	(void)c;
	return 1;
}

int _fltused;
