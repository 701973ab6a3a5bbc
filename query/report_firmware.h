/*
 * report_firmware.h - hypervisors and BIOS versions that are over-represented:
 * whose machines crash more often each than the others do, or that a cluster
 * keeps to.
 *
 * The index knows only machines that crashed.  Counts of crashes vary more
 * between machines than chance has it: intervals are as much wider.
 */
#ifndef QUERY_REPORT_FIRMWARE_H
#define QUERY_REPORT_FIRMWARE_H

#include "query/report.h"

enum status report_firmware(struct report *report, const struct plan *plan,
			    const struct report_crashes *crashes,
			    struct error *err) MUST_CHECK;

#endif
