// Sums and the like over the items of a work-group, of GROUP items. All items call them, and all get the result.

// Of parts of a work-group: the subgroups of a device that has them, otherwise teams of TEAM items, who meet in local memory.
#ifdef SUBGROUPS
#pragma OPENCL EXTENSION cl_khr_subgroups : enable
#define TEAMS get_num_sub_groups()
#define MY_TEAM get_sub_group_id()
#define MATES get_sub_group_size()
#define MATE get_sub_group_local_id()
#define TEAM_ROOM(name)

static inline float4 team_sum(float4 x) {
    return (float4) (sub_group_reduce_add(x.x), sub_group_reduce_add(x.y), sub_group_reduce_add(x.z), sub_group_reduce_add(x.w));
}
#define TEAM_SUM(x, room) team_sum(x)
#else
#define TEAM (GROUP < 32 ? GROUP : 32)
#define TEAMS (GROUP / TEAM)
#define MY_TEAM (get_local_id(0) / TEAM)
#define MATES TEAM
#define MATE (get_local_id(0) % TEAM)
#define TEAM_ROOM(name) local float4 name[GROUP];

static inline float4 team_sum(float4 x, local float4 *room) {
    uint item = get_local_id(0);
    room[item] = x;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint step = TEAM / 2; step > 0; step /= 2) {
        if (MATE < step) {
            room[item] += room[item + step];
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    float4 sum = room[item - MATE];
    barrier(CLK_LOCAL_MEM_FENCE);
    return sum;
}
#define TEAM_SUM(x, room) team_sum(x, room)
#endif

// Of a work-group.
static inline float group_sum(float x, local float *room) {
#ifdef SUBGROUPS
    float part = sub_group_reduce_add(x);
    if (MATE == 0) {
        room[MY_TEAM] = part;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    float sum = 0;
    for (uint team = 0; team < TEAMS; team++) {
        sum += room[team];
    }
#else
    uint item = get_local_id(0);
    room[item] = x;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint step = GROUP / 2; step > 0; step /= 2) {
        if (item < step) {
            room[item] += room[item + step];
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    float sum = room[0];
#endif
    barrier(CLK_LOCAL_MEM_FENCE);
    return sum;
}

// The largest of a work-group's; NaN if any is.
static inline float group_max(float x, local float *room) {
    uint item = get_local_id(0);
    room[item] = x;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint step = GROUP / 2; step > 0; step /= 2) {
        if (item < step) {
            float other = room[item + step];
            room[item] = isnan(other) || other > room[item] ? other : room[item]; // a NaN stays, for nothing is larger
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    float most = room[0];
    barrier(CLK_LOCAL_MEM_FENCE);
    return most;
}
