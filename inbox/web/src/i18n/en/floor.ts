export default {
  presence: {
    title: 'Presence', states: { online: 'here', away: 'away', offline: 'not here', absent: 'absent' }, reasons: { lunch: 'lunch', break: 'break', training: 'training', meeting: 'meeting', idle: 'nothing done for a while' },
    here: 'I am here', awayFor: 'Away: {reason}', other: 'Another reason or time…', comeBack: 'Come back', taken: '{load} of {capacity} taken', since: 'since {time}', idle: 'You did nothing for a while, so nothing new comes to you. Do something and you are here again.',
    dialogTitle: 'Presence of {name}', dialogText: 'Whoever is away or not here gets nothing new. Of those who are absent, what customers wait for goes to others at once.', own: 'My presence', state: 'State', help: { online: 'Gets conversations while signed in', away: 'Keeps what they have, gets nothing new', offline: 'As if signed out', absent: 'Gone for longer: ill, on holiday' }, reason: 'Reason', reasonHint: 'For the colleagues', until: 'Until', spans: { ever: 'Until changed', half: 'Half an hour', hour: 'An hour', two: 'Two hours', day: 'The end of the day', date: 'A time…' }, set: 'Set', needTime: 'Choose a time that is not over.', setFor: 'Set the presence of {name}',
  },
  board: {
    title: 'Board', intro: 'Queues, agents and what is overdue, as they stand now.', live: 'live', asOf: 'as of {time}', forbidden: 'Only supervisors and admins see the board.', failed: 'The board could not be loaded', rebalance: 'Rebalance', rebalancing: 'What nobody has begun to answer moves to those with less.',
    waiting: 'Waiting', oldest: 'Longest wait', there: 'Agents here', load: 'Load', overdue: 'Overdue', queues: 'Queues', queue: 'Queue', expected: 'Expected wait', serve: 'Serve it', noTeam: 'No team', noLine: 'no line', overflows: 'another team helps', nobody: 'nobody is there', noQueues: 'Nothing has waited yet.', byHand: 'Conversations are taken by hand: no wait is expected.',
    agents: 'Agents', agent: 'Agent', looksAt: 'Looks at', conversations: '{n} conversation | {n} conversations', breaches: 'Overdue', noBreaches: 'Nothing is overdue.', what: 'What', late: 'Late by',
  },
  reports: {
    title: 'Reports', intro: 'How much was done, and how long everything took.', forbidden: 'Only supervisors and admins see reports.', failed: 'The report could not be made', empty: 'Nothing happened on these days', emptyHelp: 'Choose others, or come back when customers have written.',
    which: 'Which figures', period: 'Period', periods: { today: 'Today', week: '7 days', month: '30 days', quarter: '90 days', year: 'A year' }, from: 'From', to: 'To', by: 'By', only: 'Only', everything: 'All of them', dimensions: { all: 'Everything', agent: 'Agent', team: 'Team', line: 'Line', channel: 'Channel', topic: 'Topic' }, none: 'none',
    figures: { opened: 'Opened', replies: 'Answers', resolved: 'Resolved', assigned: 'Assigned', first_contact: 'First contact', reopened: 'Reopened', escalated: 'Escalated', hops: 'Hops per case', self_service: 'Solved by a bot', promises: 'Promises kept', wait: 'Wait', first_reply: 'First answer', next_reply: 'Next answer', handling: 'Handling', resolution: 'Resolution' }, median: 'median', p90: '90 %',
    volume: 'Conversations', speed: 'Median times', compared: { agent: 'By agent', team: 'By team', line: 'By line', channel: 'By channel', topic: 'By topic' }, inTable: 'The figures stand in the table below.', noChart: 'The chart could not be loaded; the table has its figures.', period2: '{from} to {to}', byDay: 'Day by day', byMonth: 'Month by month', when: 'When',
    footnote: 'Days are those of UTC. Times are of the clock, not of business hours; a case that is opened again within 7 days counts on the day on which it was resolved.',
  },
}
