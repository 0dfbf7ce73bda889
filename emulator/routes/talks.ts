import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { requestId } from '../entities/schemas';
import { hrefLinks } from '../entities/present';
import { requireAdmin } from '../http/caller';
import { originOf, sendJson, sendList, sendNothing } from '../http/envelope';
import { notFound, notSupportedChoice, unprocessable } from '../http/problems';
import { intsOf, textsOf, type Query } from '../http/query';
import type { TalkRow } from '../store/moreRows';
import { parseBatch, parseObject } from '../validation/batch';
import type { World } from '../world';

/** Talks, and chats of contacts. facts: extended 7.2, core 9 */

const CHAT = z.strictObject({ contact_id: z.number().int(), chat_id: z.string().uuid(), request_id: requestId });

type One = { Params: { id: string } };

export function talkRoutes(app: FastifyInstance, world: World): void {
	const { account, clock, switches } = world;
	const find = (request: FastifyRequest<One>): TalkRow => {
		const talk = account.talks.get(Number(request.params.id));
		if (!talk) throw notFound('Talk not found');
		return talk;
	};

	app.get<One>('/talks/:id(^\\d+$)', (request, reply) => sendJson(reply, presentTalk(world, request, find(request))));

	app.post<One>('/talks/:id(^\\d+$)/close', (request, reply) => {
		const talk = find(request);
		if (!talk.is_in_work) throw unprocessable('Talk is already closed');
		// With force_close false the NPS bot would ask first; there is nobody to answer it here, so both close at once.
		parseObject(request.body ?? {}, z.strictObject({ force_close: z.boolean().optional() }), switches);
		account.talks.change(talk, { is_in_work: false, is_read: true, updated_at: clock.seconds() });
		world.changes.publish({ kind: 'talk', action: 'close', row: talk, by: request.caller.user.id });
		return switches.talkCloseStatus === 200 ? sendJson(reply, presentTalk(world, request, talk)) : sendNothing(reply, switches.talkCloseStatus);
	});

	app.get('/contacts/chats', (request, reply) => {
		requireAdmin(request);
		const query = request.query as Query;
		const contacts = intsOf(query.contact_id);
		const chats = textsOf(query.chat_id);
		const rows = [...account.chats.values()].filter(
			({ contact_id, chat_id }) => (!contacts || contacts.has(contact_id)) && (!chats || chats.includes(chat_id)),
		);
		const shown = rows.map(({ id, chat_id, contact_id }) => ({ chat_id, contact_id, id }));
		return shown.length > 0 ? sendList(request, reply, 'chats', shown, { total: true }) : sendNothing(reply);
	});

	app.post('/contacts/chats', (request, reply) => {
		requireAdmin(request);
		const items = parseBatch(request.body, CHAT, switches, ({ contact_id }) =>
			account.contacts.get(contact_id)?.is_deleted === false ? [] : [notSupportedChoice('contact_id')],
		);
		const rows = items.map(({ data: { contact_id, chat_id }, requestId: request_id }) => {
			// A chat belongs to one contact: linking it again moves it.
			for (const old of account.chats.values()) if (old.chat_id === chat_id) account.chats.delete(old.id);
			const { id } = account.chats.add({ id: account.chats.nextId(), chat_id, contact_id });
			return { chat_id, contact_id, id, request_id };
		});
		return sendList(request, reply, 'chats', rows, { total: true });
	});
}

function presentTalk({ account }: World, request: FastifyRequest, row: TalkRow) {
	const { id, entity_type, entity_id, contact_id } = row;
	const origin = originOf(request);
	const item = (type: string, target: number) => [{ id: target, _links: hrefLinks(origin, `/${type}/${target}`) }];
	const target = entity_type === null || entity_id === null ? {} : { [`${entity_type}s`]: item(`${entity_type}s`, entity_id) };
	return {
		talk_id: id,
		created_at: row.created_at,
		updated_at: row.updated_at,
		rate: row.rate,
		contact_id,
		chat_id: row.chat_id,
		entity_id,
		entity_type,
		is_in_work: row.is_in_work,
		is_read: row.is_read,
		origin: row.origin,
		missed_at: row.missed_at,
		account_id: account.info.id,
		_links: hrefLinks(origin, `/talks/${id}`),
		_embedded: { contacts: item('contacts', contact_id), leads: [], customers: [], ...target },
	};
}
