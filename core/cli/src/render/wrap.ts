/** Text broken at blanks into lines of at most `width`, each after `indent`; a word that is longer stays whole. */
export function wrap(text: string, width: number, indent: string = ''): string {
  const room = Math.max(20, width - indent.length);
  return text
    .split('\n')
    .flatMap((paragraph) => {
      const lines: string[] = [];
      let line = '';
      for (const word of paragraph.split(' ')) {
        if (line !== '' && line.length + 1 + word.length > room) {
          lines.push(line);
          line = word;
        } else line = line === '' ? word : `${line} ${word}`;
      }
      return [...lines, line];
    })
    .map((line) => indent + line)
    .join('\n');
}

/** Columns of the terminal behind a stream; 80 where there is none. */
export const widthOf = (stream: NodeJS.WriteStream): number => Math.min(stream.columns ?? 80, 120);
