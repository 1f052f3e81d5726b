/** What the workers tell Temporal of recoveries. The row is the truth; its workflow is told to look at it. */
export const RECOVERY_WORKFLOWS = {
  /**
   * Those whose workflow has not been told of the last change, and those that should be going on and are not: theirs
   * may have been lost with Temporal's data.
   */
  untold: {
    name: 'recoveries-untold',
    text: `
select id, platform, org_id, state, filter, rate, revision, workflow_id from recoveries
where (state in ('running', 'paused') or told_revision < revision)
  and (told_revision < revision or (state = 'running' and greatest(updated_at, told_at) < now() - interval '15 seconds'))
order by id limit 100`,
  },
  /** $1 recovery, $2 revision */
  told: {
    name: 'recovery-told',
    text: 'update recoveries set told_revision = greatest(told_revision, $2), told_at = now() where id = $1',
  },
};
