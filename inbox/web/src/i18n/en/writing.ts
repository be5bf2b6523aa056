export default {
  reading: {
    newer: 'Loading later messages…', keys: 'Up and Down go from message to message, Tab to what can be done with it, End to the newest.', toDay: 'Go to a day', go: 'Go', toBeginning: 'To the beginning',
  },
  write: {
    replyHint: 'Write to {name}… / for canned replies', noteHint: 'Only colleagues see this… {\'@\'} names somebody', findEmoji: 'Find an emoji', noEmoji: 'No emoji is called so', retryFile: 'Upload {name} again',
    fileFailed: 'A file has not arrived: try it again or remove it.', placeLeft: 'A place in double braces is not filled in.', headWrong: 'The head of the mail is not complete.', goesTo: 'Several conversations are one case here. Your answer goes to {channel}.',
    tooBig: '{name} is {size}; {channel} carries {max} at most.', wrongType: '{channel} does not carry files of the type {type}: {name}.', emptyFile: '{name} is empty.',
  },
  screen: { title: 'One telephone screen', within: '{chars} of {mostChars} characters, {lines} of {mostLines} lines: fits on one telephone screen', over: '{chars} of {mostChars} characters, {lines} of {mostLines} lines: more than one telephone screen', much: 'Over one screen' },
  carries: {
    title: 'What {channel} carries', cannot: '{channel} does not carry {what}', not: 'no', text: 'text', screen: 'one screen', screenOf: '{chars} characters, {lines} lines', characters: '{n} characters in one message', formats: 'formatting', files: 'files', upTo: '{kind} up to {max}', album: 'albums', together: '{n} file together | {n} files together',
    buttons: 'buttons', atMost: '{n} at most | {n} at most', quotes: 'quotes', edits: 'edits', deletes: 'deletions', reactions: 'reactions', typingOut: 'customer sees you typing', typingIn: 'you see the customer typing', readOut: 'customer sees what you read', receipts: 'marks',
  },
  later: {
    title: 'Send later', hour: 'In an hour', tomorrow: 'Tomorrow, 9:00', monday: 'Monday, 9:00', pick: 'Pick a time…', theirs: 'Times of the customer: {zone}', ours: 'The customer’s time zone is not known; these are yours: {zone}', there: 'For the customer: {time} ({zone})', when: 'Leaves at', recall: 'Not if the customer writes first',
    schedule: 'Schedule', change: 'Change time or text', leaves: 'Goes out {time}', list: 'Scheduled replies', template: 'The text of a template stays as it is.',
  },
  undo: { note: 'Note added', scheduled: 'Scheduled: {time}', resolved: 'Resolved', snoozed: 'Snoozed until {time}' },
  voice: {
    title: 'Record a voice message', recording: 'Recording', ready: 'Recorded: {time}', level: 'Loudness', stop: 'Stop', listen: 'Listen', discard: 'Throw away', asFile: 'goes as a sound file',
    denied: 'The microphone is blocked.', deniedHelp: 'Allow it for this page in the browser’s address bar, then try again.', none: 'There is no microphone.', noneHelp: 'Connect one, then try again.', insecure: 'This page may not use the microphone.', insecureHelp: 'The hub must be opened by https for that.', failed: 'The recording did not work.', failedHelp: 'Another program may be using the microphone.',
  },
  share: { title: 'Send something else', place: 'A place', card: 'A contact card', text: 'as text', asText: 'This channel has no such messages: it goes as text.' },
  place: { title: 'Send a place', where: 'Coordinates or the address of a map', wrong: 'No place can be read from this.', help: 'Copy it from any map: 55.7520, 37.6175, or a link.', address: 'Address' },
  card: { title: 'Send a contact card', phone: 'Telephone', wrongPhone: 'This is no telephone number.', help: 'A name, and a telephone number or an e-mail address.' },
  mention: { title: 'Whom to name', team: 'team' },
  collision: { title: '{name} has answered meanwhile', help: 'Read it before yours goes.', again: 'Send once more if yours is still needed.', keep: 'Mine is still needed', drop: 'Throw mine away', sendAnyway: 'Send anyway', drafts: '{name} has a draft here | {name} have drafts here', looking: 'Here now' },
  first: {
    title: 'New conversation', goOn: 'Continue in another channel', goOnHelp: 'With {name}. Both conversations will name each other.', begin: 'Write first', to: 'To', toHelp: 'A name, an e-mail address or +telephone', other: 'Somebody else', newAddress: 'Write to {address}', nobody: 'Nobody is called so. An e-mail address or a telephone number with + can be new.',
    by: 'By', noWay: 'No channel reaches this person.', needsTemplate: 'begins with an approved template', openIt: 'Open it', template: 'First message', choose: 'Choose a template', take: 'Use it',
  },
  drafts: { differs: 'You have changed this draft on another device too ({time})', sent: 'This draft was sent from another device', dropped: 'This draft was thrown away on another device', mine: 'Here', theirs: 'There', keepMine: 'Keep this one', takeTheirs: 'Take the other', keepBoth: 'Keep both', drop: 'Throw this one away', first: 'Choose which draft stays.' },
}
