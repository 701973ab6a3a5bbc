/*
 * ntstatus.h - names of the status and exception codes that bugchecks carry.
 */
#ifndef KNOWLEDGE_NTSTATUS_H
#define KNOWLEDGE_NTSTATUS_H

#include <stdbool.h>
#include <stdint.h>

/* "STATUS_ACCESS_VIOLATION" of 0xC0000005, or NULL; lives for ever. */
const char *ntstatus_name(uint32_t code);

#endif
