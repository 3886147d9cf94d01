/* test_population.c - casts by number; weights worked out by hand. */
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "gen/population_part.h"
#include "gen/scenario.h"

static struct arena run;
static struct catalog catalog;

struct cast {
    struct arena arena;
    struct scenario s;
};

/* A scenario with the population ${wish}, and ${more} members behind it. */
static void open_cast(struct cast *c, const char *wish, const char *more)
{
    char text[4096];
    struct err e = {0};
    int n = snprintf(text, sizeof text, "{\"name\": \"p\", \"population\": {%s}%s}", wish, more);
    assert_true(n > 0 && (size_t)n < sizeof text);
    for (char *p = text; *p != '\0'; p++)
        if (*p == '\'')
            *p = '"';
    arena_init(&c->arena);
    if (scenario_read(&c->s, &c->arena, "test", (struct span){text, (size_t)n}, &catalog, NULL,
                      NULL, &e) != 0)
        fail_msg("%s: %s", wish, e.text);
}

static void close_cast(struct cast *c)
{
    scenario_close(&c->s);
    arena_free(&c->arena);
}

static const struct actor *find(const struct scenario *s, const char *name)
{
    for (size_t i = 0; i < s->nactors; i++)
        if (span_is(s->actors[i].name, name))
            return &s->actors[i];
    return NULL;
}

static size_t count_names(const struct scenario *s, const char *head, const char *tail)
{
    size_t n = 0;
    for (size_t i = 0; i < s->nactors; i++)
        n += span_starts(s->actors[i].name, span_of(head)) &&
             span_ends(s->actors[i].name, span_of(tail));
    return n;
}

static void numbers_become_that_many(void **state)
{
    (void)state;
    struct cast c;
    open_cast(&c,
              "'developers': 40, 'applications': 25, 'pipelines': 6, 'accounts': 3, 'workers': 0, "
              "'previews': 2, 'nightly': 1, 'monitors': 3, 'scanners': 2, 'vendors': 1, "
              "'instances': 4",
              "");
    const struct scenario *s = &c.s;
    assert_int_equal(s->naccounts, 3);
    assert_true(span_is(s->accounts[0].name, "production"));
    assert_true(span_is(s->accounts[1].name, "staging"));
    assert_true(span_is(s->accounts[2].name, "development"));
    /* Each application is in all three accounts: one environment in each, and what comes and goes.
     */
    assert_int_equal(s->napplications, 3 * 25);
    assert_int_equal(s->nenvironments, 3 * 25 + 2 + 1);
    assert_int_equal(count_names(s, "pipeline-", "-production"), 6);
    assert_int_equal(count_names(s, "pipeline-", "-development"), 6);
    assert_int_equal(count_names(s, "monitor-", "-production"), 3);
    assert_int_equal(count_names(s, "monitor-", "-staging"), 0);
    assert_int_equal(count_names(s, "scanner-", ""), 3 * 2 + 2);
    assert_int_equal(count_names(s, "scanner-", "-user-production"), 2);
    assert_int_equal(count_names(s, "vendor-", ""), 1);
    assert_int_equal(count_names(s, "instance-", "-production"), 4);
    assert_int_equal(count_names(s, "root-", ""), 3);
    assert_int_equal(count_names(s, "config-", ""), 3);
    assert_non_null(find(s, "mara-development"));
    close_cast(&c);
}

static void small_populations_have_plain_names(void **state)
{
    (void)state;
    struct cast c;
    open_cast(&c, "'developers': 75, 'applications': 33, 'identityCenter': 1", "");
    assert_int_equal(c.s.naccounts, 1);
    assert_true(span_is(c.s.accounts[0].name, "main"));
    assert_true(span_is(c.s.applications[0].name, "storefront"));
    assert_true(span_is(c.s.applications[32].name, "storefront-2"));
    assert_non_null(find(&c.s, "mara"));
    assert_non_null(find(&c.s, "mara-2"));
    const struct identity *id = &find(&c.s, "mara")->identity;
    assert_true(span_starts(id->role_name, SPAN("AWSReservedSSO_PowerUserAccess_")));
    assert_true(span_is(id->session_name, "mara@example.com"));
    assert_int_equal(id->role_name.n, strlen("AWSReservedSSO_PowerUserAccess_") + 16);
    close_cast(&c);
}

static void each_machine_is_what_it_is_in_life(void **state)
{
    (void)state;
    struct cast c;
    open_cast(&c, "'developers': 3, 'applications': 9, 'pipelines': 2, 'instances': 1", "");
    const struct actor *vendor = find(&c.s, "vendor-01");
    assert_int_equal(vendor->identity.type, IDENTITY_ASSUMED_ROLE);
    assert_int_equal(vendor->identity.other_account.n, 12);
    assert_false(span_equal(vendor->identity.other_account, c.s.accounts[0].id));
    const struct actor *pipeline = find(&c.s, "pipeline-01");
    assert_true(span_ends(pipeline->identity.provider,
                          SPAN(":oidc-provider/token.actions.githubusercontent.com")));
    assert_true(find(&c.s, "instance-01")->identity.instance);
    const struct actor *root = find(&c.s, "root");
    assert_int_equal(root->identity.type, IDENTITY_ROOT);
    assert_true(root->identity.mfa);
    assert_true(root->habits[0].per_day_milli < 50);
    close_cast(&c);
}

static void shares_decide_how_people_come_in(void **state)
{
    (void)state;
    static const struct {
        const char *wish;
        enum identity_type type;
        bool mfa;
    } rows[] = {
        {"'identityCenter': 1, 'mfa': 1", IDENTITY_ASSUMED_ROLE, false},
        {"'identityCenter': 0, 'mfa': 1, 'tools': {'console': 1}", IDENTITY_IAM_USER, true},
        {"'identityCenter': 0, 'mfa': 0, 'tools': {'console': 1}", IDENTITY_IAM_USER, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct cast c;
        size_t n = 0;
        open_cast(&c, rows[i].wish, "");
        for (size_t k = 0; k < c.s.nactors; k++) {
            const struct identity *id = &c.s.actors[k].identity;
            bool person =
                span_ends(id->session_name, SPAN("@example.com")) || span_is(id->path, "/people/");
            if (!person || span_is(id->role_name, "company-engineer"))
                continue;
            assert_int_equal(id->type, rows[i].type);
            assert_int_equal(id->mfa, rows[i].mfa);
            n++;
        }
        assert_true(n >= 4);
        close_cast(&c);
    }
}

/* Three: a third, a fourth and a fifth, of which the average is 47/180: 60, 45 and 36 of 47. */
static void few_do_much(void **state)
{
    (void)state;
    const uint64_t want[] = {1276, 957, 765};
    uint64_t sum = population_weight_sum(3);
    bool seen[COUNT(want)] = {false};
    for (uint64_t i = 0; i < COUNT(want); i++)
        for (size_t k = 0; k < COUNT(want); k++)
            seen[k] = seen[k] || population_weight(i, 3, sum) == want[k];
    assert_true(seen[0] && seen[1] && seen[2]);

    for (uint64_t n = 1; n <= 20000; n = n * 3 + 1) {
        uint64_t total = 0;
        uint64_t most = 0;
        sum = population_weight_sum(n);
        for (uint64_t i = 0; i < n; i++) {
            uint64_t weight = population_weight(i, n, sum);
            assert_true(weight <= 12000);
            total += weight;
            most = weight > most ? weight : most;
        }
        assert_true(total / n <= 1000);
        if (n >= 40)
            assert_true(most > 3000);
    }
}

static void the_runs_seed_leaves_the_cast_alone(void **state)
{
    (void)state;
    struct cast one;
    struct cast other;
    struct cast moved;
    open_cast(&one, "'accounts': 2", ", 'seed': '1'");
    open_cast(&other, "'accounts': 2", ", 'seed': '2'");
    open_cast(&moved, "'accounts': 2, 'seed': 2", ", 'seed': '1'");
    assert_int_equal(one.s.nactors, other.s.nactors);
    for (size_t i = 0; i < one.s.nactors; i++) {
        assert_true(span_equal(one.s.actors[i].name, other.s.actors[i].name));
        assert_int_equal(one.s.actors[i].nhabits, other.s.actors[i].nhabits);
    }
    assert_true(span_equal(one.s.accounts[0].id, other.s.accounts[0].id));
    assert_false(span_equal(one.s.accounts[0].id, moved.s.accounts[0].id));
    close_cast(&one);
    close_cast(&other);
    close_cast(&moved);
}

static void what_is_written_by_hand_stands_beside_it(void **state)
{
    (void)state;
    struct cast c;
    open_cast(&c, "'accounts': 3, 'developers': 5, 'applications': 2",
              ", 'accounts': [{'id': '111122223333', 'name': 'own', 'regions': ['eu-west-1']}]"
              ", 'actors': [{'name': 'ana', 'account': 'staging', 'client': 'boto3', "
              "'identity': {'type': 'IAMUser', 'userName': 'ana'}, 'addresses': ['203.0.113.7'], "
              "'does': [{'activity': 'poll-health', 'perDay': 1, 'environments': "
              "['storefront-staging']}]}]"
              ", 'stories': [{'name': 's', 'verdict': 'twin', 'actor': 'monitor-01-production', "
              "'activity': 'dashboard', 'at': '+1h'}]");
    assert_int_equal(c.s.naccounts, 4);
    assert_true(span_is(c.s.accounts[0].name, "own"));
    assert_true(span_is(c.s.accounts[find(&c.s, "ana")->account].name, "staging"));
    assert_true(span_is(c.s.actors[c.s.placed[0].actor].name, "monitor-01-production"));
    close_cast(&c);
}

static void a_thousand_accounts_are_all_different(void **state)
{
    (void)state;
    struct cast c;
    open_cast(&c, "'accounts': 1000, 'applications': 400, 'regions': ['cn-north-1']", "");
    assert_int_equal(c.s.naccounts, 1000); /* equal ids or names would have been complained about */
    for (size_t i = 0; i < c.s.naccounts; i++) {
        assert_int_equal(c.s.accounts[i].id.n, 12);
        assert_true(span_is(c.s.accounts[i].partition, "aws-cn"));
    }
    assert_true(span_is(c.s.accounts[0].name, "retail-production"));
    assert_true(span_is(c.s.accounts[999].name, "games-17-main"));
    close_cast(&c);
}

static void nothing_of_it_is_possible(void **state)
{
    (void)state;
    struct cast c;
    open_cast(&c,
              "'applications': 0, 'developers': 0, 'pipelines': 0, 'scanners': 0, 'monitors': 0, "
              "'vendors': 0, 'services': false, 'breakGlassRoot': true",
              "");
    assert_int_equal(c.s.nactors, 1);
    close_cast(&c);
}

static int load(void **state)
{
    (void)state;
    struct err e = {0};
    arena_init(&run);
    if (catalog_load(&catalog, &run, NULL, &e) != 0) {
        print_error("%s\n", e.text);
        return -1;
    }
    return 0;
}

static int unload(void **state)
{
    (void)state;
    catalog_close(&catalog);
    arena_free(&run);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_become_that_many),
        cmocka_unit_test(small_populations_have_plain_names),
        cmocka_unit_test(each_machine_is_what_it_is_in_life),
        cmocka_unit_test(shares_decide_how_people_come_in),
        cmocka_unit_test(few_do_much),
        cmocka_unit_test(the_runs_seed_leaves_the_cast_alone),
        cmocka_unit_test(what_is_written_by_hand_stands_beside_it),
        cmocka_unit_test(a_thousand_accounts_are_all_different),
        cmocka_unit_test(nothing_of_it_is_possible),
    };
    return cmocka_run_group_tests_name("gen/population", tests, load, unload);
}
