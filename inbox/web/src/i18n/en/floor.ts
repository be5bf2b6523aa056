export default {
  presence: {
    title: 'Presence', states: { online: 'here', away: 'away', offline: 'not here', absent: 'absent' }, reasons: { lunch: 'lunch', break: 'break', training: 'training', meeting: 'meeting', idle: 'nothing done for a while' },
    here: 'I am here', awayFor: 'Away: {reason}', other: 'Another reason or time…', comeBack: 'Come back', taken: '{load} of {capacity} taken', since: 'since {time}', idle: 'You did nothing for a while, so nothing new comes to you. Do something and you are here again.',
    dialogTitle: 'Presence of {name}', dialogText: 'Whoever is away or not here gets nothing new. Of those who are absent, what customers wait for goes to others at once.', own: 'My presence', state: 'State', help: { online: 'Gets conversations while signed in', away: 'Keeps what they have, gets nothing new', offline: 'As if signed out', absent: 'Gone for longer: ill, on holiday' }, reason: 'Reason', reasonHint: 'For the colleagues', until: 'Until', spans: { ever: 'Until changed', half: 'Half an hour', hour: 'An hour', two: 'Two hours', day: 'The end of the day', date: 'A time…' }, set: 'Set', needTime: 'Choose a time that is not over.', setFor: 'Set the presence of {name}',
  },
}
