/*
 * scenario_story.h - activities placed on purpose: stories, which are labelled, and the schedule
 */
#ifndef GEN_SCENARIO_STORY_H
#define GEN_SCENARIO_STORY_H

struct json;
struct scenario_part;

/**
 * scenario_story_read(p, stories, schedule):
 * Read both arrays into ${p}; cast, activities and actors must have been read.
 */
void scenario_story_read(struct scenario_part *p, const struct json *stories,
                         const struct json *schedule);

#endif
