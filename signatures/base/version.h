/*
 * version.h - which version this is: of the programs, their man pages and
 * their packages, whose scripts read it here.
 */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define VERSION_TEXT "1.0"

#endif
