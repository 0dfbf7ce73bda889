import { type IDataObject, UserError } from 'n8n-workflow';

import { createdRange } from '../entities/shared';
import type { Entity } from '../entities/types';
import { fileOf } from '../fields/dictionaries';
import { bodyKind, boolean, field, fileId, ITEM_FILE, itemFile, longText } from '../fields/fields';
import { waitingIn } from '../fields/files';
import { flatAttachment } from '../fields/simplify';
import { toText } from '../fields/values';
import { readRows } from '../transport/answers';
import type { ApiClient } from '../transport/client';
import { failureAs } from '../transport/failures';
import { isObject } from '../transport/objects';
import { MAX_PAGE_SIZE } from '../transport/pages';
import type { Outcome, Query } from '../transport/types';
import { aboutSent, action } from './action';
import { findByIds, isFailure } from './byIds';
import { listBelow } from './getLinks';
import { type SentOutcome, sendRows } from './send';
import type { Operation } from './types';

/** Talks with clients, and their messages (extended facts 7.2). */

const STILL_OPEN = 'a talk that is still in work';

const forceClose = field({
	name: 'forceClose',
	kind: boolean,
	description: 'Whether to close it at once; otherwise the bot that asks the client for a rating goes first, where there is one',
});

/** Unless it is forced, amoCRM may put it off: then the talk itself says what became of it. */
export const closeTalk = (entity: Entity): Operation =>
	action(entity, {
		value: 'close',
		description: 'Close one talk per item',
		verb: { method: 'POST', path: '/{id}/close', sends: 'row', answers: aboutSent((answer, { id }) => ({ ...answer, talk_id: id })) },
		needs: { state: STILL_OPEN },
		fields: [forceClose],
		send: async (run, all, route) => {
			const outcomes = await sendRows(run, all, route);
			const unsure = all.map(({ asked }, index) => (asked.force_close !== true && outcomes[index]?.status === 'written' ? (asked.id as number) : undefined));
			const found = await findByIds(run.client, entity, '', [...new Set(unsure.flatMap((id) => id ?? []))]);
			return outcomes.map((outcome, index): SentOutcome => {
				const id = unsure[index];
				if (id === undefined) return outcome;
				const record = found.get(id);
				return { status: 'written', answer: record && !isFailure(record) ? record : { is_in_work: null } };
			});
		},
		row: ({ id }, { is_in_work: isOpen = false, status }) => ({ talk_id: id, closed: isOpen === null ? null : isOpen === false, ...(isOpen ? { status } : {}) }),
	});

const messageText = field({
	name: 'text',
	kind: bodyKind(longText.property, toText),
	placeholder: 'e.g. Hello, how can we help?',
	description: 'What the client reads; may be left empty where a file goes along',
});

const messageFile = field({ name: 'file', key: 'attachment.drive_uuid', kind: fileId, description: "A file of the account's storage to send along" });

/** What amoCRM calls a file in a message, by the type that its storage gives. */
const ATTACHMENTS: Record<string, string> = { image: 'picture', video: 'video' };

const attached = ({ type, uuid, version_uuid }: IDataObject): IDataObject => ({ type: ATTACHMENTS[toText(type)] ?? 'file', drive_uuid: uuid, drive_version_uuid: version_uuid });

const ownFile = field({ ...ITEM_FILE, key: 'attachment', kind: itemFile(messageFile, attached), description: "Name of the field of the item that has a file to send along, which is uploaded first; in place of 'File'" });

/** Messages of one talk leave in the order of the items. */
export const sendMessage = (entity: Entity): Operation =>
	action(entity, {
		value: 'sendMessage',
		action: 'Send a message in a talk',
		description: 'Write to the client in one talk per item: a text, a file or both',
		verb: {
			method: 'POST',
			path: '/{id}/send_message',
			sends: 'row',
			answers: aboutSent(({ id: made }, { id }) => (typeof made === 'string' ? { message_id: made, talk_id: id } : undefined)),
		},
		needs: {
			plan: 'a plan that has chats, and room in the quota of messages that the API may send in a month',
			scope: '"Sending to external chats"',
			state: STILL_OPEN,
		},
		fields: [messageText, messageFile, ownFile],
		complete: async ({ client }, body) => {
			const { attachment, text } = body as { attachment?: IDataObject; text?: string };
			if (attachment === undefined && text === undefined) throw new UserError(`'Text', 'File' and '${ITEM_FILE.displayName}' are all empty: there is nothing to send.`);
			if (attachment === undefined || waitingIn(attachment).length > 0) return body;
			const file = await fileOf(client, String(attachment.drive_uuid));
			return { ...body, attachment: attached(file) };
		},
		row: ({ id, text }, { message_id }) => ({ id: message_id, talk_id: id, ...(text === undefined ? {} : { text }) }),
	});

export const getMessages = (entity: Entity): Operation =>
	listBelow(entity, {
		value: 'getMessages',
		description: 'Retrieve the messages of one talk per item, the newest first',
		part: 'messages',
		needs: { scope: '"External chat history"' },
		filters: createdRange('messages that were written'),
		read: readMessages,
		simple: ({ author, attachment, ...row }, id) => {
			const { name = null, type: authorType = null } = isObject(author) ? author : {};
			return { ...row, talk_id: id, author: name, author_type: authorType, ...flatAttachment(isObject(attachment) ? { attachment } : {}) };
		},
	});

/** As many as amoCRM gives where it is not asked for a number: a page with fewer than that, or than the one before, is the last. */
const FEWEST_OF_FULL_PAGE = 50;

/** Pages are asked for by time: each ends where the one before begins, in the same second, and brings its messages again. */
async function readMessages(client: ApiClient, { path, query }: { path: string; query: Query }, limit = Infinity): Promise<Outcome<{ rows: IDataObject[] }>> {
	const messages = new Map<unknown, IDataObject>();
	const created = ((query.filter ?? {}) as { created_at?: Query }).created_at;
	let full = FEWEST_OF_FULL_PAGE;
	for (let to: number | undefined; ; ) {
		const size = Math.min(MAX_PAGE_SIZE, messages.size === 0 ? limit : Infinity);
		const range = { ...created, ...(to === undefined ? {} : { to }) };
		const page = await readRows(client, { path, query: { filter: { created_at: range }, limit: size } }, 'messages');
		if (!page.ok) return page;
		const before = messages.size;
		for (const row of page.rows) messages.set(row.id, row);
		if (messages.size >= limit || page.count < Math.min(size, full)) return { ok: true, rows: [...messages.values()].slice(0, limit) };
		full = Math.max(full, page.count);
		to = Math.min(...page.rows.map(({ created_at: at }) => Number(at ?? NaN)));
		if (messages.size === before || !Number.isFinite(to)) return { ok: false, failure: NOTHING_OLDER };
	}
}

const NOTHING_OLDER = failureAs(
	'malformed',
	'amoCRM gives the same messages again instead of older ones, so the talk cannot be read to its end',
	"Run again; if it goes on, read fewer with 'Limit'.",
);
