import { type Kysely, sql } from 'kysely'

/** What publishing and the rate governor need beyond the foundation: leases of posts, and one decision for each call. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // Who works on a post now, how often its current step failed in a row, and what was asked of it meanwhile.
  `alter table posts
    add column lease_owner text, add column lease_until timestamptz,
    add column failures integer not null default 0, add column processing_since timestamptz,
    add column cancel_requested_at timestamptz, add column published_at timestamptz,
    add column fail_detail text, add column fail_action text`,
  `create index posts_due on posts (step_at) where step_at is not null`,
  `create index posts_group on posts (group_id)`,

  // The window and what it is about stand beside the log, so that limits can be shown without knowing the rules.
  `alter table rate_slots
    add column app_id text not null, add column account_id text, add column endpoint text not null,
    add column requests integer not null, add column window_ms integer not null,
    add column holders text[] not null default '{}'`,
  `create index on rate_slots (app_id, key)`,

  // Who waits for a slot of a window, and from when on it is worth asking again.
  `create table rate_tickets (
    ticket text primary key, key text not null, lane smallint not null, holder text not null,
    seq bigint generated always as identity, ready_at timestamptz not null)`,
  `create index on rate_tickets (key, seq)`,

  /*
   * One call, one answer: the slot is taken now, or this is when to come again.
   *
   * The row of the window is the lock. "Now" is read after it is held, so that calls are logged in the order in which
   * they are let go. What decides is the log alone: at most p_requests entries in any p_window. Tickets decide who is
   * next when there is less room than there are callers: the higher lane first; within a lane whoever had fewer calls
   * in this window and has fewer tickets before this one, so that two calls of one holder do not wait for a thousand of
   * another; then first come, first served. A ticket whose holder does not come within p_grace of its time is void.
   */
  `create function take_rate_slot(
    p_key text, p_app text, p_account text, p_endpoint text, p_requests integer, p_window interval,
    p_now timestamptz, p_ticket text, p_lane smallint, p_holder text, p_grace interval,
    out granted boolean, out at timestamptz
  ) language plpgsql as $$
  declare
    used timestamptz[]; by_whom text[]; blocked timestamptz; t timestamptz; base timestamptz;
    mine bigint; mine_rank integer; in_window integer; place integer; releases timestamptz[];
  begin
    select s.granted, s.holders, s.blocked_until into used, by_whom, blocked from rate_slots s where s.key = p_key for update;
    if not found then
      insert into rate_slots (key, app_id, account_id, endpoint, requests, window_ms, granted, changed_at)
        values (p_key, p_app, p_account, p_endpoint, p_requests,
          (extract(epoch from p_window) * 1000)::integer, '{}', coalesce(p_now, clock_timestamp()))
        on conflict (key) do nothing;
      select s.granted, s.holders, s.blocked_until into used, by_whom, blocked from rate_slots s where s.key = p_key for update;
    end if;
    -- Whole milliseconds, upwards: a caller that counts in them names an entry exactly, and nothing is early.
    t := coalesce(p_now, date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond');
    select coalesce(array_agg(u order by u), '{}'), coalesce(array_agg(h order by u), '{}') into used, by_whom
      from unnest(used, by_whom) as log(u, h) where u > t - p_window;
    base := greatest(t, blocked);
    in_window := (select count(*) from unnest(used) u where u > base - p_window);

    delete from rate_tickets r where r.key = p_key and r.ready_at < t - p_grace and r.ticket <> p_ticket;
    -- Most windows have nobody waiting.
    place := 1;
    if exists (select 1 from rate_tickets r where r.key = p_key) then
      select r.seq into mine from rate_tickets r where r.ticket = p_ticket and r.key = p_key;
      mine_rank := (select count(*) from unnest(by_whom) h where h = p_holder) + (select count(*) from rate_tickets r
        where r.key = p_key and r.holder = p_holder and r.lane = p_lane and r.ticket <> p_ticket
          and (mine is null or r.seq < mine));
      place := 1 + (select count(*) from (
          select r.lane, r.seq, row_number() over (partition by r.lane, r.holder order by r.seq) - 1
            + coalesce(had.calls, 0) as rank
          from rate_tickets r
          left join (select h, count(*) as calls from unnest(by_whom) h group by h) had on had.h = r.holder
          where r.key = p_key and r.ticket <> p_ticket
        ) o
        where o.lane > p_lane
          or (o.lane = p_lane and (o.rank < mine_rank or (o.rank = mine_rank and (mine is null or o.seq < mine)))));
    end if;

    if base = t and place <= p_requests - in_window then
      update rate_slots s set granted = used || t, holders = by_whom || p_holder, changed_at = t, requests = p_requests,
        window_ms = (extract(epoch from p_window) * 1000)::integer where s.key = p_key;
      if mine is not null then delete from rate_tickets r where r.ticket = p_ticket; end if;
      granted := true; at := t;
      return;
    end if;

    -- When room comes: what is free at once, then as the calls of the log leave the window; beyond, a window later.
    select array_agg(x order by x) into releases from (
      select u + p_window as x from unnest(used) u where u > base - p_window
      union all select base from generate_series(1, p_requests - in_window)
    ) free;
    releases := releases[greatest(cardinality(releases) - p_requests + 1, 1):];
    granted := false;
    at := releases[(place - 1) % p_requests + 1] + p_window * ((place - 1) / p_requests);
    insert into rate_tickets as r (ticket, key, lane, holder, ready_at)
      values (p_ticket, p_key, p_lane, p_holder, at)
      on conflict (ticket) do update set key = excluded.key, lane = excluded.lane, holder = excluded.holder,
        ready_at = excluded.ready_at;
  end $$`,
] as const
