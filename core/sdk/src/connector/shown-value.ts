/** A value as an error message quotes it: texts in quotes, at most 60 characters. */
export const shownValue = (value: unknown): string => {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};
