import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { addMessage } from '../chats/messages';
import { findFile, fullName, presentFile } from '../drive/files';
import { requestId } from '../entities/schemas';
import { hrefLinks } from '../entities/present';
import { requireAdmin } from '../http/caller';
import { crudRoutes } from '../http/crud';
import { cutPage, originOf, sendJson, sendList, sendNothing, sendPage } from '../http/envelope';
import { fieldMissing, notFound, notSupportedChoice, unprocessable, type FieldError } from '../http/problems';
import { paymentRequired, requireProduct } from '../http/product';
import { intsOf, isRecord, pagingOf, rangeOf, scalar, textsOf, within, type Query } from '../http/query';
import type { MessageRow, TalkRow } from '../store/moreRows';
import { parseBatch, parseObject } from '../validation/batch';
import type { World } from '../world';

/** Talks, their messages, and chats of contacts. facts: extended 7.2, core 9 */

const CHAT = z.strictObject({ contact_id: z.number().int(), chat_id: z.string().uuid(), request_id: requestId });
const CLOSE = z.strictObject({ force_close: z.boolean().optional() });
const ATTACHMENT = z.strictObject({ type: z.enum(['file', 'picture', 'video']), drive_uuid: z.string(), drive_version_uuid: z.string() });
const SEND = z.strictObject({ text: z.string().min(1).nullish(), attachment: ATTACHMENT.nullish() });

export function talkRoutes(app: FastifyInstance, world: World): void {
	const { account, switches } = world;
	crudRoutes(app, world, {
		path: '/talks',
		key: 'talks',
		rows() {
			requireProduct(switches.talks, 'Chats');
			return account.talks.values();
		},
		find(id) {
			requireProduct(switches.talks, 'Chats');
			return account.talks.get(id);
		},
		present: (row, request) => presentTalk(world, request, row),
		list: { filter: talkFilter },
		get: { absent: 404 },
		acts: {
			'POST /close': (talk, request, reply) => closeTalk(world, talk, request, reply),
			'GET /messages': (talk, request, reply) => listMessages(world, talk, request, reply),
			'POST /send_message': (talk, request, reply) => sendMessage(world, talk, request, reply),
		},
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

function closeTalk(world: World, talk: TalkRow, request: FastifyRequest, reply: FastifyReply): FastifyReply {
	const { account, clock, switches, changes } = world;
	if (!talk.is_in_work) throw unprocessable('Talk is already closed');
	const { force_close = false } = parseObject(request.body ?? {}, CLOSE, switches);
	if (switches.npsOnClose && !force_close) {
		account.talks.change(talk, { status: 'nps_scheduled', updated_at: clock.seconds() });
	} else {
		account.talks.change(talk, { is_in_work: false, is_read: true, status: undefined, updated_at: clock.seconds() });
		changes.publish({ kind: 'talk', action: 'close', row: talk, by: request.caller.user.id });
	}
	return switches.talkCloseStatus === 200 ? sendJson(reply, presentTalk(world, request, talk)) : sendNothing(reply, switches.talkCloseStatus);
}

/** Newest first; the older ones are asked for by time. */
function listMessages(world: World, { id }: TalkRow, request: FastifyRequest, reply: FastifyReply): FastifyReply {
	const { account, switches } = world;
	requireProduct(switches.talkHistory, 'External chat history');
	const query = request.query as Query;
	const hasPages = switches.talkHistoryPaging === 'page';
	const paging = hasPages ? pagingOf(query) : { ...pagingOf(query), page: 1 };
	const created = rangeOf(isRecord(query.filter) ? query.filter.created_at : undefined, 'from');
	const matches = (row: MessageRow) => row.talk_id === id && (!created || within(row.created_at, created));
	const page = cutPage([...account.messages.values()], paging, matches, true);
	return sendPage(request, reply, 'messages', { rows: page.rows.map((row) => presentMessage(world, row)), hasNext: hasPages && page.hasNext }, paging);
}

function sendMessage(world: World, talk: TalkRow, request: FastifyRequest, reply: FastifyReply): FastifyReply {
	const { account, switches } = world;
	requireProduct(switches.talkSending, 'Sending to external chats');
	const { text, attachment } = parseObject(request.body, SEND, switches, (data) => checkMessage(world, data));
	if (!talk.is_in_work) throw unprocessable('Talk is closed');
	const sent = [...account.messages.values()].filter(({ is_sent_by_api }) => is_sent_by_api).length;
	if (sent >= switches.talkQuota) throw paymentRequired('Over chat API limit');
	const message = addMessage(world, talk, {
		direction: 'outgoing',
		by: request.caller.user.id,
		text: text ?? '',
		is_sent_by_api: true,
		...(attachment ? { type: attachment.type, attachment: driveAttachment(world, attachment) } : {}),
	});
	return sendJson(reply, { id: message.uuid }, 202);
}

/** An entity is named by type and id together; `only_in_work` counts by being there, whatever it says. */
function talkFilter(query: Query): (row: TalkRow) => boolean {
	const filter = isRecord(query.filter) ? query.filter : {};
	const talks = intsOf(filter.talk_id);
	const contacts = intsOf(filter.contact_id);
	const type = scalar(filter.entity_type);
	const entities = type === undefined ? undefined : intsOf(filter.entity_id);
	const onlyOpen = filter.only_in_work !== undefined;
	return (row) =>
		(!talks || talks.has(row.id)) &&
		(!contacts || contacts.has(row.contact_id)) &&
		(!entities || (row.entity_type === type && row.entity_id !== null && entities.has(row.entity_id))) &&
		(!onlyOpen || row.is_in_work);
}

type Attachment = z.infer<typeof ATTACHMENT>;

function checkMessage(world: World, { text, attachment }: z.infer<typeof SEND>): FieldError[] {
	if (!attachment) return text ? [] : [fieldMissing('text')];
	const file = findFile(world, attachment.drive_uuid);
	if (!file || file.deleted_at !== null) return [notSupportedChoice('attachment.drive_uuid')];
	return file.versions.some(({ uuid }) => uuid === attachment.drive_version_uuid) ? [] : [notSupportedChoice('attachment.drive_version_uuid')];
}

function driveAttachment(world: World, { type, drive_uuid, drive_version_uuid }: Attachment): MessageRow['attachment'] {
	const file = findFile(world, drive_uuid);
	if (!file) throw notFound('File not found');
	const { name, metadata, _links } = presentFile(world, file, drive_version_uuid);
	return { type, link: _links.download_version.href, file_name: fullName({ name, extension: metadata.extension }) };
}

function presentMessage({ account }: World, { uuid, talk_id, created_at, direction, type, text, author, attachment }: MessageRow) {
	const { chat_id, contact_id } = account.talks.get(talk_id) as TalkRow;
	const delivery_status = direction === 'outgoing' ? 'delivered' : null;
	return { id: uuid, chat_id, talk_id, contact_id, type: direction, message_type: type, text, author, delivery_status, attachment, created_at };
}

const statusOf = ({ status, is_in_work }: TalkRow): string => status ?? (is_in_work ? 'in_work' : 'closed');

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
		status: statusOf(row),
		source_id: row.source_id ?? null,
		account_id: account.info.id,
		_links: hrefLinks(origin, `/talks/${id}`),
		_embedded: { contacts: item('contacts', contact_id), leads: [], customers: [], ...target },
	};
}
