// The shared library is made of its modules; this file gives the target a source of its own.
#include "podium/version.hpp"
