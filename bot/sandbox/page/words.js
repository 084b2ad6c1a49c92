// The page's own words. What the bot and the people say is never translated.

const dictionary = {
  ru: {
    title: "Отклик: попробовать",
    hour: "+1 час",
    hourTitle: "Перевести часы на час вперёд",
    hourDone: "Прошёл час",
    other: "EN",
    otherTitle: "Switch to English",
    tabs: "Чаты и ленты",
    chat: "Чат",
    you: "вы —",
    actAs: "От чьего имени писать",
    notStarted: "не запускал бота",
    blockedState: "бот заблокирован",
    members: (n) => `${n} ${plural("ru", n, { one: "участник", few: "участника", many: "участников" })}`,
    headcount: (n) => `${n} чел.`,
    typing: "печатает…",
    start: "Запустить",
    block: "Заблокировать бота",
    unblock: "Разблокировать",
    hide: "Скрыть колонку",
    write: "Сообщение",
    send: "Отправить",
    save: "Сохранить",
    attach: "Прикрепить файл",
    attachPhoto: "Фото",
    attachFile: "Файл",
    commands: "Команды бота",
    replyTo: "Ответ",
    editing: "Изменение сообщения",
    cancel: "Отмена",
    reply: "Ответить",
    copy: "Скопировать текст",
    copied: "Скопировано",
    edit: "Изменить",
    edited: "изменено",
    remove: "Убрать",
    close: "Закрыть",
    ok: "Хорошо",
    picture: "Фото",
    document: "Файл",
    album: "Альбом",
    enlarge: "Увеличить",
    download: "Скачать",
    spoiler: "Показать скрытый текст",
    more: "Показать полностью",
    less: "Свернуть",
    silent: "Без звука",
    audible: "Со звуком",
    forwarded: (name) => `Переслано от ${name}`,
    openAs: "Открыть ссылку от имени…",
    noAnswer: "Бот не ответил на нажатие",
    failed: "Не получилось",
    offline: "нет связи, подключаюсь…",
    latest: "К последним сообщениям",
    unread: "есть новое",
    dropHere: "Отпустите, чтобы прикрепить",
    joined: (who, whom) => (who === whom ? `${who} теперь в группе` : `${who} приглашает: ${whom}`),
    left: (whom) => `${whom} больше не в группе`,
    created: (title) => `Создана группа «${title}»`,
    renamed: (title) => `Новое название: «${title}»`,
    migrated: "Группа стала супергруппой",
    pinned: (who, text) => `${who} закрепляет: ${text}`,
    topic: (title) => `Создана тема «${title}»`,
    topicClosed: "Тема закрыта",
    topicReopened: "Тема снова открыта",
    unsupported: "Служебное сообщение",
    today: "Сегодня",
  },
  en: {
    title: "Otklik: try it",
    hour: "+1 hour",
    hourTitle: "Move the clock one hour ahead",
    hourDone: "An hour has passed",
    other: "RU",
    otherTitle: "По-русски",
    tabs: "Chats and walls",
    chat: "Chat",
    you: "you are",
    actAs: "Whom you play here",
    notStarted: "has not started the bot",
    blockedState: "bot is blocked",
    members: (n) => `${n} ${plural("en", n, { one: "member", other: "members" })}`,
    headcount: (n) => `${n} 👤`,
    typing: "is typing…",
    start: "Start",
    block: "Block the bot",
    unblock: "Unblock",
    hide: "Hide the column",
    write: "Message",
    send: "Send",
    save: "Save",
    attach: "Attach a file",
    attachPhoto: "Photo",
    attachFile: "File",
    commands: "The bot's commands",
    replyTo: "Reply",
    editing: "Editing the message",
    cancel: "Cancel",
    reply: "Reply",
    copy: "Copy the text",
    copied: "Copied",
    edit: "Edit",
    edited: "edited",
    remove: "Remove",
    close: "Close",
    ok: "OK",
    picture: "Photo",
    document: "File",
    album: "Album",
    enlarge: "Enlarge",
    download: "Download",
    spoiler: "Show the hidden text",
    more: "Show all",
    less: "Show less",
    silent: "Silent",
    audible: "With sound",
    forwarded: (name) => `Forwarded from ${name}`,
    openAs: "Open the link as…",
    noAnswer: "The bot did not answer the press",
    failed: "That did not work",
    offline: "connection lost, reconnecting…",
    latest: "To the latest messages",
    unread: "has news",
    dropHere: "Drop to attach",
    joined: (who, whom) => (who === whom ? `${who} joined the group` : `${who} added ${whom}`),
    left: (whom) => `${whom} left the group`,
    created: (title) => `Group “${title}” was created`,
    renamed: (title) => `New title: “${title}”`,
    migrated: "The group became a supergroup",
    pinned: (who, text) => `${who} pinned: ${text}`,
    topic: (title) => `Topic “${title}” was created`,
    topicClosed: "The topic is closed",
    topicReopened: "The topic is open again",
    unsupported: "Service message",
    today: "Today",
  },
};

function plural(language, n, forms) {
  return forms[new Intl.PluralRules(language).select(n)] ?? forms.many ?? forms.other;
}

let language = pick();

function pick() {
  const kept = localStorage.getItem("language");
  if (kept in dictionary) return kept;
  return navigator.language.toLowerCase().startsWith("ru") ? "ru" : "en";
}

/** current is the page's language, "ru" or "en". */
export function current() {
  return language;
}

/** choose switches the page's language and remembers it for the next visit. */
export function choose(next) {
  language = next;
  localStorage.setItem("language", next);
}

/** say is the word for a key; words with a gap take what fills it. */
export function say(key, ...gaps) {
  const word = dictionary[language][key];
  return typeof word === "function" ? word(...gaps) : word;
}

/** clock is the time of day of a moment in unix seconds, in this browser's zone. */
export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString(language === "ru" ? "ru" : "en-GB", { hour: "2-digit", minute: "2-digit" });
}

/** moment is the full date and time, for tooltips. */
export function moment(seconds) {
  return new Date(seconds * 1000).toLocaleString(language === "ru" ? "ru" : "en-GB");
}

/** day names the date of a moment as the separator between messages shows it. */
export function day(seconds) {
  const at = new Date(seconds * 1000);
  if (at.toDateString() === new Date().toDateString()) return say("today");
  return at.toLocaleDateString(language === "ru" ? "ru" : "en-GB", { day: "numeric", month: "long" });
}
