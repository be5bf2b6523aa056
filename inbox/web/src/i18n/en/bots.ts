export default {
  bots: {
    first: 'The bot {bot} answers first', took: 'The bot {bot} took it', handedBack: '{actor} gave it to the bot {bot}', giveBack: 'Back to the bot {bot}',
    silent: 'Handed over to people: the bot {bot} was silent for {n} s', word: 'Handed over to people: the customer asked for a person', misses: 'Handed over to people: the bot {bot} did not understand',
    collected: '{line}. Collected: {list}',
  },
  suggestion: { title: '{name} suggests', send: 'Send', edit: 'Edit', discard: 'Discard', full: 'Your own text stands in the composer: edit instead.' },
}
