/*
 * role.h - what a bugcheck parameter can be: the closed vocabulary that
 * bugcheck.tsv and subtype.tsv speak.
 *
 * A pointer role is a promise about meaning, not about validity: the value may
 * be 0, an NTSTATUS or garbage, and is checked before it is used.
 */
#ifndef KNOWLEDGE_ROLE_H
#define KNOWLEDGE_ROLE_H

#include <stdbool.h>

/* In the order of role.tsv, which says what each is. */
enum role {
	ROLE_ACCESS_MODE,
	ROLE_ACCESS_TYPE,
	ROLE_BAD_ADDRESS,
	ROLE_CALLER_IP,
	ROLE_CODE_PTR,
	ROLE_CONTEXT_RECORD,
	ROLE_COOKIE,
	ROLE_CORRUPT_ADDRESS,
	ROLE_COUNT,
	ROLE_CPU_INDEX,
	ROLE_DEVICE_OBJECT,
	ROLE_DEVICE_OR_NAME_PTR,
	ROLE_DRIVER_OBJECT,
	ROLE_EXCEPTION_CODE,
	ROLE_EXCEPTION_INFO,
	ROLE_EXCEPTION_POINTERS,
	ROLE_EXCEPTION_RECORD,
	ROLE_FILE_OBJECT,
	ROLE_FLAGS,
	ROLE_HANDLE,
	ROLE_ID,
	ROLE_INDEX,
	ROLE_IP,
	ROLE_IRP,
	ROLE_IRQL,
	ROLE_LINE,
	ROLE_LINE_FILE,
	ROLE_LOCK,
	ROLE_MCA_BANK,
	ROLE_MCA_STRUCT,
	ROLE_MCI_STATUS_HI,
	ROLE_MCI_STATUS_LO,
	ROLE_MDL,
	ROLE_MILLIS,
	ROLE_MODULE_ADDR,
	ROLE_MODULE_BASE,
	ROLE_MODULE_NAME_PTR,
	ROLE_NTSTATUS,
	ROLE_OBJECT,
	ROLE_PACKED_CHARS,
	ROLE_PFN,
	ROLE_PHYS_ADDR,
	ROLE_PID,
	ROLE_POOL_BLOCK,
	ROLE_POOL_SUBTYPE,
	ROLE_POOL_TAG,
	ROLE_POOL_TYPE,
	ROLE_PRCB,
	ROLE_PROCESS,
	ROLE_PROCESS_NAME_PTR,
	ROLE_PTE_ADDR,
	ROLE_PTE_VALUE,
	ROLE_REQUEST,
	ROLE_RESERVED,
	ROLE_SECONDS,
	ROLE_SESSION_ID,
	ROLE_SIZE,
	ROLE_STACK_ADDR,
	ROLE_STATE,
	ROLE_STRING_PTR,
	ROLE_STRUCT_PTR,
	ROLE_SUBTYPE,
	ROLE_SUBTYPE2,
	ROLE_THREAD,
	ROLE_TICKS,
	ROLE_TID,
	ROLE_TIME,
	ROLE_TRAP_FRAME,
	ROLE_UNKNOWN,
	ROLE_USECS,
	ROLE_VALUE,
	ROLE_VARIES,
	ROLE_WHEA_RECORD,
	ROLE_WORK_ITEM,
	ROLES
};

enum role_kind {
	ROLE_KIND_NONE,
	ROLE_KIND_SELECTOR, /* says what the other parameters are */
	ROLE_KIND_CODE,	    /* an address in a module's code */
	ROLE_KIND_DATA,	    /* any other address */
	ROLE_KIND_OBJECT,   /* a kernel object or request */
	ROLE_KIND_RECORD,   /* a context, trap frame or exception record */
	ROLE_KIND_TEXT,	    /* a pointer to text */
	ROLE_KIND_SCALAR
};

struct role_facts {
	const char *name; /* "caller_ip" */
	enum role_kind kind;
	unsigned char blame; /* leads to a module: 3 strong .. 0 not at all */
	bool stable; /* repeats across machines for one bug: may be hashed */
	const char *meaning; /* a few words */
};

/* Lives for ever. */
const struct role_facts *role_facts(enum role role);

#endif
