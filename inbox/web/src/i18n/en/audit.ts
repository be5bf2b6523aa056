/** The audit: who changed what. `families` and `verbs` are the two halves of an action's name. */
export default {
  audit: {
    title: 'Audit log', intro: 'Who changed what, kept with each change.', open: 'Open the audit log', forbidden: 'Supervisors and admins see this page.', failed: 'The audit could not be loaded', moreFailed: 'The rest could not be loaded: {reason}',
    empty: 'Nothing was changed', emptyHelp: 'Nothing fits these filters.', further: 'Nothing in what was looked at so far.', lookFurther: 'Look further back', filters: 'Which changes', who: 'Who', anybody: 'Anybody', what: 'What', anything: 'Anything', since: 'From', until: 'To', wrongDays: 'The last day lies before the first.', clear: 'Clear the filters',
    all: 'all', conversation: 'The conversation', details: 'Details', bots: 'Programs and bots', people: 'Agents',
    actors: { contact: 'The customer', agent: 'An agent', bot: 'A bot', system: 'The hub', platform: "The platform's own app" },
    families: {
      conversation: 'Conversation', agent: 'Agent', token: 'Token', bot: 'Bot', channel: 'Channel', account: 'Account on the platform', contact: 'Contact', dead_letter: 'Dead letter', bulk: 'Many at once', saved_view: 'View', presence: 'Presence', lookup: 'Lookup elsewhere', queues: 'Queues',
      SLA_policy: 'SLA policy', acknowledgement: 'Acknowledgement', answer_size: 'Answer size', bot_duty: 'Bot duty', calendar: 'Calendar', canned_reply: 'Canned reply', field: 'Field', line: 'Line', macro: 'Macro', peak: 'Peak mode', priority_score: 'Priority score', queueing: 'Queueing', rule: 'Rule', segment: 'Segment', skill: 'Skill', team: 'Team', topic: 'Topic',
    },
    verbs: {
      added: 'added', changed: 'changed', removed: 'removed', made: 'made', revoked: 'revoked', password_changed: 'password changed', paused: 'paused', resumed: 'resumed', merged: 'merged', unmerged: 'merge undone', kept_apart: 'kept apart', vouched: 'confirmed', doubted: 'confirmation taken back', blocked: 'blocked', unblocked: 'unblocked',
      replayed: 'replayed', parse_again: 'parsed again', dropped: 'dropped', actions: 'actions', reply: 'reply', undone: 'undone', chosen: 'chosen', rebalance: 'rebalanced',
      begin: 'begun', hold: 'held by a bot', misunderstood: 'not understood by a bot', hand_back: 'handed back', assign: 'assigned', resolve: 'resolved', reopen: 'reopened', pend: 'waits', snooze: 'snoozed', priority: 'priority', labels: 'labels', topic: 'topic', act: 'actions by a rule or macro', undo_act: 'actions undone', read: 'read', hand_off: 'handed to people', merge: 'merged', unmerge: 'merge undone', wake: 'woken',
      suggest: 'draft laid before agents', settle_draft: 'draft settled', fields: 'fields', follow: 'followed', unfollow: 'not followed any more', note: 'note', cancel: 'message cancelled', reschedule: 'message rescheduled', resend: 'message sent again', edit: 'message edited', delete: 'message deleted', react: 'reaction', escalate: 'escalated', take_task: 'task taken', finish_task: 'task finished', verification: 'one-time link sent',
    },
  },
}
