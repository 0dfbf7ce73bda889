export { LOST, WON } from '../store/account';

/** Names of the stages every new pipeline has. facts: core 7 */
export const TEXT_OF_SYSTEM = {
	ru: { unsorted: 'Неразобранное', first: 'Первичный контакт', won: 'Успешно реализовано', lost: 'Закрыто и не реализовано' },
	en: { unsorted: 'Incoming leads', first: 'Initial contact', won: 'Closed - won', lost: 'Closed - lost' },
} as const;
