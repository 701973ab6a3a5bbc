/*
 * object.h - drivers by way of the I/O manager's objects that the bugcheck's
 * arguments name: driver objects, devices, requests.
 */
#ifndef TARGET_OBJECT_H
#define TARGET_OBJECT_H

#include "indexer/target/target.h"

/* The loaded module of a DRIVER_OBJECT, a DEVICE_OBJECT, an IRP; or NULL. */
const struct crash_module *object_of_driver(const struct target *target,
					    uint64_t va);
const struct crash_module *object_of_device(const struct target *target,
					    uint64_t va);
const struct crash_module *object_of_irp(const struct target *target,
					 uint64_t va);

/*
 * What the arguments' objects lead to, what says most first: a driver object
 * whose routines were redirected, the driver that holds a request, the drivers
 * of a device and of those stacked upon it, third-party ones preferred.  False
 * where none is in the dump, or all are the kernel's.
 */
bool object_find(const struct target *target, struct crash_fault *ret);

/*
 * After the stack: fill crash->fault where it names nobody but the kernel; or
 * where an object tells more than another object did.
 */
void object_examine(struct target *target);

#endif
