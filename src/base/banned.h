/* base/banned.h - functions that this house does not use; included before every file by the build.
 *
 * strcpy, strcat and sprintf know no limit; strtok keeps hidden state; atof and atoi cannot fail;
 * rand differs between machines.  A call becomes an undeclared name that says so.  Use base/str.h,
 * market/decimal.h and base/random.h. */
#pragma once

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define strcpy(...)   strcpy_is_banned_see_base_banned_h
#define strcat(...)   strcat_is_banned_see_base_banned_h
#define strtok(...)   strtok_is_banned_see_base_banned_h
#define sprintf(...)  sprintf_is_banned_see_base_banned_h
#define vsprintf(...) vsprintf_is_banned_see_base_banned_h
#define atof(...)     atof_is_banned_see_base_banned_h
#define atoi(...)     atoi_is_banned_see_base_banned_h
#define atol(...)     atol_is_banned_see_base_banned_h
#define rand(...)     rand_is_banned_see_base_banned_h
