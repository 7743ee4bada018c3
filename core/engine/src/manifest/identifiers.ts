/** Russian letters in Latin, the transliteration that existing landing tables were named with. */
const LETTERS: Readonly<Record<string, string>> = Object.fromEntries(
  'а a,б b,в v,г g,д d,е e,ё e,ж zh,з z,и i,й i,к k,л l,м m,н n,о o,п p,р r,с s,т t,у u,ф f,х h,ц ts,ч ch,ш sh,щ sch,ъ ,ы y,ь ,э e,ю yu,я ya'
    .split(',')
    .map((pair) => pair.split(' ') as [string, string]),
);

/** Lower case, Latin, only letters, digits and underscores; runs of underscores are left to the caller. */
function words(value: unknown): string {
  return Array.from(String(value))
    .map((letter) => LETTERS[letter.toLowerCase()] ?? letter)
    .join('')
    .replace(/[- ]/g, '_')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_');
}

const trim = (text: string): string => text.replace(/^_+|_+$/g, '');

/** The filter `dpone_snake`: `OrderItems`, `Заказы 2024` become `order_items`, `zakazy_2024`. */
export const snake = (value: unknown): string => trim(words(value).replace(/_+/g, '_'));

/** The filter `dpone_ident`: as {@link snake}, and a double underscore stays one separator. */
export const identifier = (value: unknown): string => trim(words(value).replace(/_{3,}/g, '__'));
