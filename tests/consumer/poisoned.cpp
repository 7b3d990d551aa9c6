// Some platforms define these as macros before anybody's headers.
#define min POISON
#define max POISON
#define small POISON
#include <podium/podium.hpp>
