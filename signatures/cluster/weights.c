#include "signatures/cluster/weights.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define ALPHA (5.0 / 3.0)
#define KAPPA 18.0 /* nats */
#define POWER 1.6
#define MU 300.0f
#define TELLING 5.0f /* nats: on one signature of 150 */

static const float rho[FEATURE_CLASSES] = {
	[FEATURE_FRAME] = 1.0f,	    [FEATURE_MODULE] = 0.78f,
	[FEATURE_PAIR] = 0.03f,	    [FEATURE_CODE] = 0.9f,
	[FEATURE_WORD] = 0.19f,	    [FEATURE_MODULES] = 0.12f,
	[FEATURE_CODE_WORD] = 0.3f, [FEATURE_FRAME_CODE] = 0.1f,
};

/* How many times as much at a telling frame. */
static const float telling[FEATURE_CLASSES] = {
	[FEATURE_FRAME] = 1,	 [FEATURE_MODULE] = 2,
	[FEATURE_PAIR] = 1,	 [FEATURE_CODE] = 1,
	[FEATURE_WORD] = 2,	 [FEATURE_MODULES] = 1,
	[FEATURE_CODE_WORD] = 1, [FEATURE_FRAME_CODE] = 6,
};

enum {
	TELLING_FRAMES = 2,
	EXACT_STEPS = 4096, /* counts below have a step of their own */
	STEPS_PER_OCTAVE = 256,
	DEPTH_PER_NAT = 10,
	SURPRISE_PER_NAT = 128
};

void weights_start(struct weights *weights, double signatures)
{
	if (weights->is_made) {
		memset(weights->idf, 0, sizeof(weights->idf));
		memset(weights->power, 0, sizeof(weights->power));
		weights->is_made = false;
	}
	weights->signatures = signatures;
}

/* What all have says nothing, and so does what more would. */
static void make_idf(struct weights *weights, int step)
{
	const double df =
		step < EXACT_STEPS
			? step
			: EXACT_STEPS * pow(2, (double)(step - EXACT_STEPS) /
						       STEPS_PER_OCTAVE);
	const double idf = -log((df + 0.5) / (weights->signatures + 1));

	weights->is_made = true;
	if (idf <= 0)
		return;
	weights->idf[step] = (float)idf;
	weights->power[step] = (float)pow(idf, POWER);
}

static float depth_of(struct weights *weights, double nats)
{
	const int wanted = (int)(nats * DEPTH_PER_NAT);
	const int step =
		wanted < WEIGHTS_DEPTH_STEPS ? wanted : WEIGHTS_DEPTH_STEPS - 1;

	if (!(weights->depth[step] > 0))
		weights->depth[step] = (float)pow(
			1 + (double)step / DEPTH_PER_NAT / KAPPA, -ALPHA);
	return weights->depth[step];
}

static int step_of(uint32_t df)
{
	if (df < EXACT_STEPS)
		return (int)df;

	const int step = EXACT_STEPS + (int)(STEPS_PER_OCTAVE *
					     log2(df / (double)EXACT_STEPS));

	return step < WEIGHTS_IDF_STEPS ? step : WEIGHTS_IDF_STEPS - 1;
}

/* What a frame still says once the frame above it is known. */
static float surprise_of(const struct weights *weights, const uint32_t *df,
			 uint32_t frame, uint32_t above, uint32_t pair)
{
	const float p0 = (float)((df[frame] + 0.5) / (weights->signatures + 1));
	const float p = ((float)df[pair] + MU * p0) / ((float)df[above] + MU);

	return p >= 1 ? 0 : -logf(p);
}

static float power_of_surprise(struct weights *weights, float surprise)
{
	const int wanted = (int)(surprise * SURPRISE_PER_NAT);
	const int step = wanted < WEIGHTS_SURPRISE_STEPS
				 ? wanted
				 : WEIGHTS_SURPRISE_STEPS - 1;

	if (!(weights->surprise[step] > 0))
		weights->surprise[step] =
			(float)pow((step + 0.5) / SURPRISE_PER_NAT, POWER);
	return weights->surprise[step];
}

static bool has_no_depth(uint8_t class)
{
	return class == FEATURE_CODE || class == FEATURE_CODE_WORD;
}

void weights_weigh(struct weights *weights, const uint32_t *df,
		   const uint32_t *features, const uint8_t *classes,
		   size_t count, struct weighted *ret)
{
	const uint32_t none = UINT32_MAX;
	uint32_t above = none;
	uint32_t pair = none;
	double depth = 0;
	float gain = 1;
	int telling_frames = 0;
	bool is_telling = false;

	for (size_t k = 0; k < count; k++) {
		const uint32_t feature = features[k];
		const int step = step_of(df[feature]);
		float power;

		if (!(weights->idf[step] > 0))
			make_idf(weights, step);
		power = weights->power[step];
		if (classes[k] == FEATURE_FRAME) {
			float idf = weights->idf[step];

			gain = depth_of(weights, depth);
			if (pair != none) {
				const float surprise = surprise_of(
					weights, df, feature, above, pair);

				if (surprise < idf)
					idf = surprise;
				power = power_of_surprise(weights, idf);
			}
			is_telling = telling_frames < TELLING_FRAMES &&
				     idf >= TELLING;
			telling_frames += is_telling;
			depth += idf;
			above = feature;
			pair = none;
		} else if (classes[k] == FEATURE_PAIR) {
			pair = feature;
		}

		ret[k].feature = feature;
		ret[k].weight = rho[classes[k]] * power *
				(is_telling ? telling[classes[k]] : 1) *
				(has_no_depth(classes[k]) ? 1 : gain);
	}
}
