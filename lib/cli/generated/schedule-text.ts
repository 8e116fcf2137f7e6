/** A schedule in words: "every day, 03:17". One that no short words fit is given as cron has it. */
import { parseCron } from '../../core/calendar/cron.ts';

const WEEKDAYS = ['Sundays', 'Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays', 'Sundays'];
const isNumber = (field: string): boolean => /^\d+$/.test(field);
const isList = (field: string): boolean => /^\d+(,\d+)*$/.test(field);

/**
 * The words for a cron of five fields.
 * @throws Error where it is no cron
 */
export function scheduleText(cron: string): string {
  parseCron(cron);
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = cron.trim().split(/\s+/);
  const days = daysText(day, month, weekday);
  if (!isNumber(minute) || days === undefined) return `cron \`${cron}\``;
  const at = minute.padStart(2, '0');
  if (hour === '*')
    return days === 'every day' ? `every hour, at minute ${at}` : `${days}, every hour, at minute ${at}`;
  return isList(hour)
    ? `${days}, ${hour
        .split(',')
        .map((each) => `${each.padStart(2, '0')}:${at}`)
        .join(' and ')}`
    : `cron \`${cron}\``;
}

function daysText(day: string, month: string, weekday: string): string | undefined {
  if (day === '*' && month === '*' && weekday === '*') return 'every day';
  if (day === '*' && month === '*' && isList(weekday))
    return weekday
      .split(',')
      .map((each) => WEEKDAYS[Number(each)])
      .join(', ');
  if (day === '*' && month === '*' && weekday === '1-5') return 'Mondays to Fridays';
  if (!isList(day) || weekday !== '*' || (month !== '*' && !isList(month))) return undefined;
  const months = month === '*' ? 'each month' : `months ${month.replaceAll(',', ', ')}`;
  return `day ${day.replaceAll(',', ', ')} of ${months}`;
}
