export default {
  app: { name: 'Omnihub', tagline: 'One inbox for every messenger' },
  common: {
    cancel: 'Cancel', save: 'Save', saved: 'Saved', close: 'Close', retry: 'Try again', loading: 'Loading…', more: 'More',
    back: 'Back', add: 'Add', remove: 'Remove', yes: 'Yes', no: 'No', copy: 'Copy', copied: 'Copied', edit: 'Edit', none: 'None', show: 'Show', hide: 'Hide',
    new: 'New', online: 'Online', language: 'Language', name: 'Name', you: 'You', menu: 'Menu', confirm: 'Confirm', search: 'Search',
  },
  errors: {
    unreachable: 'The hub cannot be reached. Check the connection and try again.',
    unexpected: 'Something went wrong. Try again.',
    forbidden: 'You may not do that.',
    tooMany: 'Too many attempts. Try again in {n} second. | Too many attempts. Try again in {n} seconds.',
    notFound: 'There is nothing at this address',
    notFoundHelp: 'It may have been moved or removed.',
    toInbox: 'To the inbox',
  },
  login: {
    title: 'Sign in', email: 'E-mail', password: 'Password', code: 'Code from your authenticator', submit: 'Sign in', busy: 'Signing in…',
    wrong: 'The e-mail or the password is not right.', needEmail: 'Enter your e-mail.', needPassword: 'Enter your password.',
    ended: 'Your session has ended. Sign in again.', showPassword: 'Show the password', hidePassword: 'Hide the password',
    simulators: 'Simulators are on: this hub is for trying out.', simulatorsPublic: 'Simulators are on and can be reached from outside: anybody can write as a customer.',
  },
  rail: { main: 'Main', inbox: 'Inbox', channels: 'Channels', deadLetters: 'Dead letters', settings: 'Settings', keys: 'Keys', signOut: 'Sign out', account: 'Your account', skip: 'Skip to the conversation' },
  live: {
    offline: 'Connection lost. Reconnecting, nothing gets lost…', online: 'Connected', asOf: 'No connection. This is how it stood {time}.',
    unsent: '{n} message is sent once it is back. | {n} messages are sent once it is back.', tooOld: 'An answer of yours was not sent in time. It is back where you wrote it.',
    update: 'A new version is ready.', reload: 'Reload', later: 'Later',
    again: 'Sign in again', againHelp: 'Your session has ended. What you were writing is kept.', somebodyElse: 'I am somebody else',
  },
  time: {
    today: 'Today', yesterday: 'Yesterday', now: 'now',
    minutes: '{n} min', hours: '{n} h', days: '{n} day | {n} days', ago: '{time} ago', seconds: '{n} s', hoursMinutes: '{h} h {m} min',
  },
  size: { b: '{n} B', kb: '{n} KB', mb: '{n} MB', gb: '{n} GB' },
  types: { telegram: 'Telegram', vk: 'VK', whatsapp: 'WhatsApp', email: 'E-mail', webchat: 'Site chat', max: 'MAX', webhook: 'Webhook' },
  keys: {
    title: 'Keys', help: 'They work when no field is being written in.', switch: 'Single-character keys', next: 'Next conversation', previous: 'Previous conversation', open: 'Open it', reply: 'Reply',
    first: 'Write first', elsewhere: 'Go on in another channel', note: 'Note to colleagues', assign: 'Assign', resolve: 'Resolve or reopen', snooze: 'Snooze', label: 'Labels', priority: 'Priority', topic: 'Topic of the selected ones',
    search: 'Search', undo: 'Undo', list: 'List of keys', send: 'Send', escape: 'Leave the field, clear the selection, close', palette: 'Commands', filter: 'Filter the list', byTopic: 'List by topic',
    select: 'Select', selectTo: 'Select up to here', selectNext: 'Select and go down', selectPrevious: 'Select and go up', selectAll: 'Select all', replyToMany: 'One reply to the selected ones',
    groups: { move: 'Moving about', act: 'Doing', choose: 'Selecting several', write: 'Writing', go: 'Finding' },
  },
}
