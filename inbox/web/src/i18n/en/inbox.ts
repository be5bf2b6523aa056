export default {
  views: {
    title: 'Views', inbox: 'Inbox', mine: 'Mine', following: 'Following', unassigned: 'Unassigned', open: 'All open', pending: 'Pending', snoozed: 'Snoozed', resolved: 'Resolved',
    channels: 'Channels', labels: 'Labels', show: 'Show the views', hide: 'Hide the views', count: '{n} conversation | {n} conversations', paused: 'paused', broken: 'stopped',
  },
  list: {
    title: 'Conversations', search: 'Search everything', clear: 'Clear the search', results: 'Results for “{q}”', unread: '{n} unread | {n} unread',
    emptyMine: 'Nothing is waiting for you', emptyMineHelp: 'Take one from Unassigned, or enjoy the quiet.',
    empty: 'No conversations here', emptyHelp: 'When a customer writes, it appears by itself.',
    noHits: 'Nothing found', noHitsHelp: 'Try other words, a name or a number.',
    failed: 'The list could not be loaded', you: 'You', end: 'That is all', newest: 'Newest first',
  },
  kinds: {
    text: 'Message', image: 'Photo', video: 'Video', audio: 'Audio', voice: 'Voice message', video_note: 'Video message', animation: 'GIF', sticker: 'Sticker', file: 'File',
    location: 'Location', contact_card: 'Contact', poll: 'Poll', dice: 'Dice', link: 'Link', order: 'Order', call: 'Call', form: 'Form', service: 'Service message',
    unsupported: 'Unsupported message', action: 'Pressed a button', album: 'Album', note: 'Note', email: 'E-mail', deleted: 'Deleted message', reaction: 'Reaction', forward: 'Forwarded message',
  },
  status: { open: 'Open', pending: 'Pending', snoozed: 'Snoozed', resolved: 'Resolved' },
  pending: { customer: 'waiting for customer', colleague: 'waiting for colleague', third_party: 'waiting for third party' },
  priority: { title: 'Priority', low: 'Low', normal: 'Normal', high: 'High', urgent: 'Urgent', chip: '{level} priority' },
  chips: { snoozedUntil: 'until {time}', windowCloses: 'window closes in {time}', windowClosed: 'reply window closed', unreachable: 'cannot be reached', bot: 'bot is answering', group: 'group', waiting: 'waiting {time}', due: 'due {time}', overdue: 'overdue by {time}', overdueNow: 'due now' },
  targets: { first_reply: 'the first answer', next_reply: 'the answer', resolution: 'the resolution' },
  actions: {
    assign: 'Assign', assignTo: 'Assign to', me: 'Me', nobody: 'Nobody', unassigned: 'Unassigned', findAgent: 'Find a colleague',
    snooze: 'Snooze', snoozeUntil: 'Snooze until', hour: 'In an hour', evening: 'This evening', tomorrow: 'Tomorrow', monday: 'Monday', pick: 'Pick a time…', past: 'This time is over.',
    pend: 'Wait for', pendCustomer: 'The customer', pendColleague: 'A colleague', pendThird: 'A third party',
    resolve: 'Resolve', reopen: 'Reopen', reopenShort: 'Reopen', labels: 'Labels', addLabel: 'Find or add a label', create: 'Add “{name}”', noLabels: 'No labels yet',
    more: 'More actions', customer: 'Customer', unpend: 'Back to open',
  },
  customer: {
    title: 'Customer', show: 'Show the customer', hide: 'Hide the customer', identities: 'Reaches us by', verified: 'verified', language: 'Language',
    since: 'Customer since', labels: 'Labels', notes: 'Notes', notesHint: 'What colleagues should know', history: 'History, all channels', noHistory: 'This is the first conversation.',
    failed: 'The customer could not be loaded', number: 'Number', channel: 'Channel', started: 'Started', cameFrom: 'Came from', unnamed: 'No name', rename: 'Change the name',
    conversation: 'Conversation', save: 'Notes are saved', context: 'Topic', addLabel: 'Add a label to the customer', removeLabel: 'Remove the label {name}',
    known: 'Known of them', timeZone: 'Time zone', same: 'The same person?', merge: 'Merge', apart: 'Somebody else', elsewhere: 'From the other system', lookupFailed: 'It cannot be asked: {reason}', lookupNothing: 'It knows nothing of them.',
    tasks: 'Questions to other lines (L1–L3)', taskStates: { open: 'open', taken: 'taken', done: 'done' },
  },
}
