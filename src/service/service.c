/* The table of services. */
#include "service.h"

const struct service *service_of(enum door_kind kind)
{
    if (kind == SERVICE_METRICS)
        return service_metrics();
    return kind == SERVICE_CONTROL ? service_control() : NULL;
}
