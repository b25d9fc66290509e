/* forkchatctl(8), the remote control of forkchatd. */
#include "base/fd.h"
#include "client/ctl.h"
#include "doctor/doctor.h"

int main(int argc, char **argv)
{
    static const struct ctl_local locals[] = {{"doctor", doctor_examine}, {"limits", doctor_limits}, {0}};
    fd_open_standard();
    return ctl_main(argc, argv, locals);
}
