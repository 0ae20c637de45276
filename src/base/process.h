/* base/process.h - what the system says of this process.  Thread: any. */
#pragma once

#include <stdint.h>

int64_t process_resident_bytes(void); /* memory in RAM; 0 where the system does not say */
