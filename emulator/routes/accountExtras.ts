import type { FastifyInstance } from 'fastify';
import { cutPage, sendPage } from '../http/envelope';
import { notFound } from '../http/problems';
import { pagingOf, type Query } from '../http/query';
import type { World } from '../world';

const CURRENCIES = [...new Set(['RUB', 'USD', 'EUR', 'KZT', 'BYN', 'UAH', 'GBP', 'BRL', 'MXN', ...Intl.supportedValuesOf('currency')])];

/** facts: extended 7.9 */
export function currencyRoutes(app: FastifyInstance): void {
	app.get('/currencies', (request, reply) => {
		// Paged, but nobody says by how many: the fewest that a page has by itself.
		const paging = pagingOf(request.query as Query, 50);
		return sendPage(request, reply, 'currencies', cutPage(CURRENCIES.map((code) => ({ code })), paging), paging);
	});
}

/** Who follows a card: read-only; the responsible user always does. facts: extended 5.4 */
export function subscriptionRoutes(app: FastifyInstance, { account }: World): void {
	for (const type of ['leads', 'customers'] as const) {
		app.get<{ Params: { id: string } }>(`/${type}/:id(^\\d+$)/subscriptions`, (request, reply) => {
			const row = account.entities(type).get(Number(request.params.id));
			if (!row || row.is_deleted) throw notFound('Entity not found');
			const paging = pagingOf(request.query as Query);
			const rows = [{ subscriber_id: row.responsible_user_id, type: 'user' }];
			return sendPage(request, reply, 'subscriptions', cutPage(rows, paging), paging);
		});
	}
}
