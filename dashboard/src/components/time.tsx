const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const DATE_AND_TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'medium' });

/** A moment in local time, with its date unless it is today's; the ISO time on hover. */
export function Time({ iso }: { iso: string }) {
  const date = new Date(iso);
  const isToday = date.toDateString() === new Date().toDateString();
  return (
    <time dateTime={iso} title={iso}>
      {(isToday ? TIME : DATE_AND_TIME).format(date)}
    </time>
  );
}
