/*
 * osmodule.h - which modules come with Windows, and how readily they are
 * blamed.
 *
 * Inbox drivers of other makers are third-party here.
 */
#ifndef KNOWLEDGE_OSMODULE_H
#define KNOWLEDGE_OSMODULE_H

enum osmodule_tier {
	OSMODULE_ABSENT,    /* third-party: blamed first */
	OSMODULE_OS,	    /* inbox: after third-party code */
	OSMODULE_FRAMEWORK, /* only if the stack has nothing else */
	OSMODULE_NEVER	    /* kernel, HAL, crash-dump copies of drivers */
};

/*
 * By file name with or without .sys, .dll, .exe, or by the name of a module as
 * in crash_frame ("nt"); ASCII case ignored.
 */
enum osmodule_tier osmodule_tier(const char *name);

#endif
