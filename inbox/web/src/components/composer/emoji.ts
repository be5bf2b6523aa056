/** The emoji that agents write to customers, with the words by which they are found. */

export interface Emoji { emoji: string; en: string; ru: string }

const LIST = `😀 grin happy|улыбка радость;😃 smile happy|улыбка радость;😄 laugh happy|смех радость;😁 beam grin|улыбка;😅 sweat relief|неловко пот;😂 joy tears laugh|смех слёзы;🤣 rolling laugh|смех;🙂 slight smile|улыбка;🙃 upside down|вверх ногами;😉 wink|подмигивание
😊 blush smile|улыбка румянец;😇 angel innocent|ангел;🥰 love hearts|любовь сердечки;😍 love eyes|любовь восторг;🤩 star wow|восторг звёзды;😘 kiss|поцелуй;😋 tasty yum|вкусно;😎 cool sunglasses|круто очки;🤗 hug|обнять объятие;🤔 think hmm|думать хм
🤨 doubt eyebrow|сомнение бровь;😐 neutral|нейтрально;🙄 eyes roll|закатить глаза;😏 smirk|ухмылка;😴 sleep|спать сон;🤒 sick ill|болезнь;😷 mask ill|маска болезнь;🤯 mind blown|взрыв мозга;🥳 party celebrate|праздник вечеринка;😕 confused|растерян
😟 worried|тревога;🙁 frown sad|грусть;😮 surprised wow|удивление;😳 flushed embarrassed|смущение;🥺 please pleading|пожалуйста мольба;😢 cry sad|плач грусть;😭 sob cry|рыдать;😔 sad pensive|грусть;😩 tired weary|устал;😤 huff angry|сердито
😡 angry|злость;🤬 swear angry|ругань злость;👋 wave hello bye|привет пока рука;🤚 hand back|рука;✋ stop hand|стоп рука;👌 ok fine|хорошо ок;✌️ victory peace|победа мир;🤞 luck fingers|удача пальцы;🤙 call me|позвони;👈 left|влево
👉 right|вправо;👆 up|вверх;👇 down|вниз;☝️ one attention|внимание один;👍 yes like good|да хорошо класс;👎 no dislike bad|нет плохо;✊ fist|кулак;👏 clap bravo|аплодисменты браво;🙌 hooray hands|ура руки;🤝 handshake deal|рукопожатие договор
🙏 thanks please pray|спасибо пожалуйста;✍️ write sign|писать подпись;💪 strong muscle|сила;👀 eyes look|глаза смотреть;🧠 brain|мозг;👶 baby|ребёнок;👩 woman|женщина;👨 man|мужчина;👪 family|семья;🤷 shrug|не знаю
🤦 facepalm|рука лицо;💁 info help|помощь справка;🙋 raise hand|поднять руку;🙇 bow sorry|поклон извините;❤️ heart love red|сердце любовь;🧡 heart orange|сердце;💛 heart yellow|сердце;💚 heart green|сердце;💙 heart blue|сердце;💜 heart purple|сердце
💔 broken heart|разбитое сердце;💯 hundred perfect|сто отлично;🔥 fire hot|огонь;✨ sparkles|блеск искры;⭐ star|звезда;🌟 glowing star|звезда;💥 boom|взрыв;🎉 party congratulations|праздник поздравляю;🎊 confetti|конфетти праздник;🎁 gift present|подарок
🎂 cake birthday|торт день рождения;🏆 cup winner|кубок победа;🥇 gold medal|медаль золото;✅ done check yes|готово да галочка;☑️ check box|галочка;✔️ check|галочка;❌ no cross wrong|нет крест;❎ cross|крест;⚠️ warning|внимание предупреждение;🚫 forbidden|запрещено
❗ exclamation important|важно;❓ question|вопрос;ℹ️ info|информация;🆗 ok|ок;🆕 new|новый;🆘 sos help|помощь;🔴 red circle|красный;🟡 yellow circle|жёлтый;🟢 green circle|зелёный;🔵 blue circle|синий
⏰ alarm time|время будильник;⏳ wait hourglass|ждать часы;⌛ hourglass done|часы;🕐 clock time|часы время;📅 date calendar|дата календарь;🗓️ calendar|календарь;☀️ sun|солнце;⛅ cloud|облако;🌧️ rain|дождь;❄️ snow cold|снег холод
🌈 rainbow|радуга;📦 parcel box order|посылка коробка заказ;🚚 delivery truck|доставка машина;✈️ plane travel|самолёт;🚗 car|машина;🚲 bike|велосипед;🏠 home house|дом;🏢 office|офис;🏬 shop store|магазин;🛒 cart basket|корзина
🛍️ shopping bags|покупки;💳 card payment|карта оплата;💵 money|деньги;💰 money bag|деньги;🧾 receipt bill|чек счёт;🏷️ price label|цена ярлык;📞 phone call|телефон звонок;📱 mobile|телефон;💻 laptop computer|ноутбук компьютер;🖥️ screen computer|экран компьютер
🖨️ printer|принтер;⌨️ keyboard|клавиатура;📷 photo camera|фото камера;🎥 video camera|видео камера;🎧 headphones support|наушники;🔊 loud sound|звук громко;🔇 mute|без звука;🔔 bell reminder|колокольчик напоминание;✉️ mail letter|письмо почта;📧 e-mail|почта
📎 attachment clip|вложение скрепка;📄 document page|документ страница;📝 note form|записка анкета;📋 list clipboard|список;📌 pin|кнопка;📍 place location|место адрес;🗺️ map|карта;🔗 link|ссылка;🔑 key password|ключ пароль;🔒 lock closed|замок закрыто
🔓 unlock open|открыто замок;🔧 repair wrench|ремонт ключ;🔨 hammer|молоток;⚙️ settings gear|настройки;🔋 battery|батарея;🔌 plug|розетка;💡 idea light|идея лампа;🔍 search find|поиск лупа;📈 growth chart|рост график;📉 decline chart|падение график
📊 chart|график;🗑️ delete bin|удалить корзина;♻️ recycle|переработка;🔄 refresh return|обновить возврат;➡️ arrow right|стрелка вправо;⬅️ arrow left|стрелка влево;⬆️ arrow up|стрелка вверх;⬇️ arrow down|стрелка вниз;➕ plus|плюс;➖ minus|минус
👕 shirt clothes|рубашка одежда;👖 jeans clothes|джинсы одежда;👟 shoe|обувь;👗 dress|платье;🕶️ glasses|очки;⌚ watch|часы;💍 ring|кольцо;🎒 bag backpack|рюкзак сумка;☕ coffee|кофе;🍵 tea|чай
🍕 pizza food|пицца еда;🍔 burger food|бургер еда;🍎 apple|яблоко;🍰 cake|пирожное;🌹 rose flower|роза цветок;💐 flowers bouquet|цветы букет;🌸 flower|цветок;🌲 tree|дерево;🐶 dog|собака;🐱 cat|кошка`

export const EMOJI: readonly Emoji[] = LIST.split(/[;\n]/).map((line) => {
  const [emoji = '', ...rest] = line.split(' ')
  const [en = '', ru = ''] = rest.join(' ').split('|')
  return { emoji, en, ru }
})

/** Whose words begin like what is looked for, in either language. */
export function foundEmoji(words: string): readonly Emoji[] {
  const wanted = words.trim().toLowerCase()
  if (!wanted) return EMOJI
  return EMOJI.filter((one) => one.emoji === wanted || `${one.en} ${one.ru}`.split(' ').some((word) => word.startsWith(wanted)) || one.en.includes(wanted) || one.ru.includes(wanted))
}
