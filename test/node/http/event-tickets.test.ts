import { expect, test } from 'vitest';
import { EventTickets } from '../../../server/node/http/event-tickets.js';

test('a ticket is good for a minute, where it was issued', () => {
  let nowMs = 1234.5;
  const tickets = new EventTickets(() => nowMs);
  const { ticket, expiresInSeconds } = tickets.issue();
  expect(expiresInSeconds).toBe(60);
  expect(tickets.isValid(ticket)).toBe(true);
  expect(new EventTickets(() => nowMs).isValid(ticket)).toBe(false);
  nowMs += 59_000;
  expect(tickets.isValid(ticket)).toBe(true);
  nowMs += 1_001;
  expect(tickets.isValid(ticket)).toBe(false);
});

test('what is no ticket, or one with another time, is refused', () => {
  const tickets = new EventTickets(() => 0);
  const { ticket } = tickets.issue();
  const [time, code] = ticket.split('.') as [string, string];
  const later = (Number.parseInt(time, 36) + 1).toString(36);
  for (const wrong of [undefined, null, 7, [ticket], '', '.', time, `${time}.`, `.${code}`, `${later}.${code}`]) {
    expect(tickets.isValid(wrong)).toBe(false);
  }
});
