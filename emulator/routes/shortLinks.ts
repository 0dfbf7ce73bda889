import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { sendList } from '../http/envelope';
import { notSupportedChoice } from '../http/problems';
import { parseBatch } from '../validation/batch';
import type { World } from '../world';

const LINK = z.strictObject({
	url: z.string().url(),
	metadata: z.strictObject({ entity_type: z.enum(['contacts']), entity_id: z.number().int() }),
});

/** Short links: the answer has neither id nor request_id, only the order tells which is which. facts: extended 7.5 */
export function shortLinkRoutes(app: FastifyInstance, { account, switches }: World): void {
	app.post('/short_links', (request, reply) => {
		const items = parseBatch(request.body, LINK, switches, ({ metadata: { entity_id } }) =>
			account.contacts.get(entity_id)?.is_deleted === false ? [] : [notSupportedChoice('metadata.entity_id')],
		);
		const rows = items.map(({ data: { url: target, metadata } }) => {
			const url = `https://amo.sh/${randomBytes(6).toString('base64url')}`;
			account.shortLinks.add({ id: account.shortLinks.nextId(), url, target, ...metadata });
			return { url, account_id: account.info.id, metadata };
		});
		return sendList(request, reply, 'short_links', rows, { total: true });
	});
}
