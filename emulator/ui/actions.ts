import { randomUUID } from 'node:crypto';
import { addMessage } from '../chats/messages';
import { checkEntity } from '../entities/check';
import { CREATE, UPDATE_ONE } from '../entities/schemas';
import { createEntity, updateEntity } from '../entities/write';
import { administrator, type Caller } from '../http/caller';
import { notFound, notSupportedChoice, ValidationProblem } from '../http/problems';
import type { MessageRow, NoteRow, StageHookRow, TalkRow, UnsortedRow, WebhookRow } from '../store/moreRows';
import type { EntityRow, EntityType, Identified, TaskRow } from '../store/rows';
import type { Table } from '../store/table';
import { CREATE_TASK, UPDATE_TASK } from '../tasks/schemas';
import { checkTask, createTask, updateTask } from '../tasks/write';
import { addNote } from '../notes/write';
import { acceptUnsorted, addUnsorted, declineUnsorted, type UnsortedInput } from '../unsorted/write';
import { parseObject } from '../validation/batch';
import type { Deliveries } from '../webhooks/delivery';
import type { World } from '../world';

export interface LetterInput {
	subject: string;
	text?: string;
	from: { email: string; name?: string };
}

/**
 * What people do in the account's own pages and what reaches it from outside (a chat message, a letter): the same
 * changes, events and hooks as through the API, and those for which API v4 has no call (trash, restore, chats, merge).
 * Bodies have the shapes of API v4; a wrong one throws the same problem that the API would answer with.
 */
export class UserInterface {
	constructor(
		private readonly world: World,
		private readonly deliveries: Deliveries,
	) {}

	/** Acts as this user from now on; the first administrator until then. */
	userId: number | undefined;

	create(type: EntityType, body: unknown): EntityRow {
		const data = parseObject(body, CREATE[type], this.world.switches, (input) => checkEntity(this.world, type, input));
		return createEntity(this.world, this.caller(), type, data);
	}

	update(type: EntityType, id: number, body: unknown): EntityRow {
		const row = this.row(this.world.account.entities(type), id);
		const data = parseObject(body, UPDATE_ONE[type], this.world.switches, (input) => checkEntity(this.world, type, input, row));
		return updateEntity(this.world, this.caller(), type, row, data);
	}

	/** To the trash. */
	remove(type: EntityType, id: number): void {
		this.setDeleted(type, id, true);
	}

	/** Back from the trash. */
	restore(type: EntityType, id: number): void {
		this.setDeleted(type, id, false);
	}

	/** The others disappear, what was linked to them is linked to `keep`. */
	merge(type: EntityType, keep: number, others: number[]): EntityRow {
		const { links, notes, tasks } = this.world.account;
		const row = this.row(this.world.account.entities(type), keep);
		for (const id of others) {
			for (const link of links.of({ type, id })) {
				links.remove(link.from, link.to);
				links.put({ ...link, from: { type, id: keep }, isMain: false });
			}
			for (const table of [notes, tasks] as Table<NoteRow | TaskRow>[]) {
				for (const own of table.values()) if (own.entity_type === type && own.entity_id === id) table.change(own, { entity_id: keep });
			}
			this.remove(type, id);
		}
		this.world.changes.publish({ kind: 'merge', type, row, by: this.caller().user.id });
		return row;
	}

	createTask(body: unknown): TaskRow {
		const data = parseObject(body, CREATE_TASK, this.world.switches, (input) => checkTask(this.world, input));
		return createTask(this.world, this.caller(), data);
	}

	updateTask(id: number, body: unknown): TaskRow {
		const row = this.row(this.world.account.tasks, id);
		const data = parseObject(body, UPDATE_TASK, this.world.switches, (input) => checkTask(this.world, input));
		return updateTask(this.world, this.caller(), row, data);
	}

	removeTask(id: number): void {
		const { account, changes } = this.world;
		const row = this.row(account.tasks, id);
		account.tasks.delete(id);
		changes.publish({ kind: 'task', action: 'delete', row, by: this.caller().user.id });
	}

	addNote(type: EntityType, id: number, text: string): NoteRow {
		const row = this.row(this.world.account.entities(type), id);
		return addNote(this.world, { entity_type: type, entity_id: row.id, note_type: 'common', params: { text }, created_by: this.caller().user.id });
	}

	/** A letter that has come for the card; API v4 reads it as a note and writes none. */
	letter(type: EntityType, id: number, { subject, text = '', from }: LetterInput): NoteRow {
		const { account } = this.world;
		const row = this.row(account.entities(type), id);
		const to = account.users.get(row.responsible_user_id);
		const letter = account.nextSmallId();
		const params = {
			thread_id: letter,
			message_id: letter,
			private: false,
			income: true,
			from: { email: from.email, name: from.name ?? from.email },
			to: { email: to?.email, name: to?.name },
			subject,
			content_summary: text.slice(0, 200),
			attach_cnt: 0,
			delivery: { status: 'unknown' },
		};
		return addNote(this.world, { entity_type: type, entity_id: row.id, note_type: 'amomail_message', params, created_by: 0, responsible_user_id: row.responsible_user_id });
	}

	/** A message in the contact's chat; the first one opens a talk. Returns the talk. */
	message(input: MessageInput): TalkRow {
		const talk = this.openTalk(input);
		const { direction = 'incoming', text, type, attachment, author } = input;
		const by = direction === 'outgoing' ? this.caller().user.id : 0;
		addMessage(this.world, talk, { direction, by, text, type, attachment, author });
		return talk;
	}

	/** is_read, is_in_work, rate. */
	updateTalk(id: number, changes: Partial<Pick<TalkRow, 'is_read' | 'is_in_work' | 'rate'>>): TalkRow {
		const { account, clock } = this.world;
		const row = this.row(account.talks, id);
		const closing = row.is_in_work && changes.is_in_work === false;
		account.talks.change(row, { ...changes, status: changes.is_in_work === undefined ? row.status : undefined, updated_at: clock.seconds() });
		this.world.changes.publish({ kind: 'talk', action: closing ? 'close' : 'update', row, by: this.caller().user.id });
		return row;
	}

	removeTalk(id: number): void {
		const { account, changes } = this.world;
		const row = this.row(account.talks, id);
		account.talks.delete(id);
		for (const { id: message, talk_id } of account.messages.values()) if (talk_id === id) account.messages.delete(message);
		changes.publish({ kind: 'talk', action: 'delete', row, by: this.caller().user.id });
	}

	/** Any of the four categories; chats and mail cannot be made through API v4. */
	addUnsorted(input: UnsortedInput): UnsortedRow {
		const model = (type: EntityType, body: unknown) =>
			body === undefined ? undefined : parseObject(body, CREATE[type], this.world.switches, (data) => checkEntity(this.world, type, data));
		const { lead, contact, company, pipeline_id } = input;
		if (pipeline_id !== undefined) this.row(this.world.account.pipelines, pipeline_id);
		const models = { lead: model('leads', lead), contact: model('contacts', contact), company: model('companies', company) };
		return addUnsorted(this.world, this.caller(), { ...input, ...models });
	}

	/** One more message of a chat or letter of a thread that waits in the incoming leads. */
	updateUnsorted(uid: string, metadata: Record<string, unknown>): UnsortedRow {
		const { account, changes } = this.world;
		const row = this.unsorted(uid);
		account.unsorted.change(row, { metadata: { ...row.metadata, ...metadata } });
		changes.publish({ kind: 'unsorted', action: 'update', row, by: this.caller().user.id });
		return row;
	}

	acceptUnsorted(uid: string, statusId?: number): void {
		acceptUnsorted(this.world, this.unsorted(uid), this.caller().user.id, statusId);
	}

	declineUnsorted(uid: string): void {
		declineUnsorted(this.world, this.unsorted(uid), this.caller().user.id);
	}

	/** API v4 has no call for it. facts: extended 3.3 */
	removeElement(id: number): void {
		const { account, changes } = this.world;
		const row = this.row(account.elements, id);
		account.elements.delete(id);
		for (const { to } of account.links.of({ type: 'catalog_elements', id })) account.links.remove({ type: 'catalog_elements', id }, to);
		changes.publish({ kind: 'element', action: 'delete', row, by: this.caller().user.id });
	}

	/** WhatsApp's verdict on a chat template. */
	reviewTemplate(id: number, sourceId: number, status: 'review' | 'approved' | 'paused' | 'rejected', reject_reason = ''): void {
		const { account, changes } = this.world;
		const row = this.row(account.chatTemplates, id);
		const others = row.reviews.filter(({ source_id }) => source_id !== sourceId);
		const reviews = [...others, { id: account.nextSmallId(), source_id: sourceId, status, reject_reason }];
		account.chatTemplates.change(row, { reviews });
		changes.publish({ kind: 'review', row, by: this.caller().user.id });
	}

	/** "Save" on a hook that amoCRM has switched off. */
	enableWebhook(destination: string): WebhookRow {
		const hook = [...this.world.account.webhooks.values()].find((row) => row.destination === destination);
		if (!hook) throw notFound('Webhook not found');
		this.deliveries.enable(hook);
		return hook;
	}

	/** "API: send webhook" on a stage. */
	addStageHook(hook: Omit<StageHookRow, 'id'>): StageHookRow {
		const { account } = this.world;
		if (!account.status(hook.pipeline_id, hook.status_id)) throw notFound('No such stage');
		return account.stageHooks.add({ id: account.stageHooks.nextId(), ...hook });
	}

	removeStageHook(id: number): void {
		const { stageHooks } = this.world.account;
		stageHooks.delete(this.row(stageHooks, id).id);
	}

	private caller(): Caller {
		const admin = administrator(this.world);
		if (this.userId === undefined) return admin;
		const user = this.world.account.users.get(this.userId);
		if (!user) throw notFound('User not found');
		return { ...admin, user };
	}

	private row<T extends Identified>(table: Table<T>, id: number): T {
		const row = table.get(id);
		if (!row) throw notFound(`No such row in ${table.name}`);
		return row;
	}

	private unsorted(uid: string): UnsortedRow {
		const row = [...this.world.account.unsorted.values()].find((entry) => entry.uid === uid && entry.state === 'open');
		if (!row) throw notFound('Unsorted not found');
		return row;
	}

	private setDeleted(type: EntityType, id: number, deleted: boolean): void {
		const { account, clock, changes } = this.world;
		const row = this.row(account.entities(type), id);
		if (row.is_deleted === deleted) return;
		const by = this.caller().user.id;
		const before = account.entities(type).change(row, { is_deleted: deleted, updated_at: clock.seconds(), updated_by: by });
		changes.publish({ kind: 'entity', type, action: deleted ? 'delete' : 'restore', row, before, by });
	}

	private openTalk({ talkId, contactId, entityType, entityId, origin = 'telegram' }: MessageInput): TalkRow {
		const { account, clock, changes } = this.world;
		if (talkId !== undefined) return this.row(account.talks, talkId);
		if (contactId === undefined) throw new ValidationProblem([{ errors: [notSupportedChoice('contactId')] }]);
		this.row(account.contacts, contactId);
		const known = [...account.talks.values()].find((talk) => talk.contact_id === contactId && talk.origin === origin && talk.is_in_work);
		if (known) return known;
		const lead = account.links.of({ type: 'contacts', id: contactId }, 'leads').at(-1)?.to.id;
		const target = entityId ?? lead ?? null;
		const row = account.talks.add({
			id: account.talks.nextId(),
			created_at: clock.seconds(),
			updated_at: clock.seconds(),
			rate: 0,
			contact_id: contactId,
			chat_id: randomUUID(),
			entity_id: target,
			entity_type: target === null ? null : (entityType ?? 'lead'),
			is_in_work: true,
			is_read: false,
			origin,
			missed_at: null,
		});
		account.chats.add({ id: account.chats.nextId(), chat_id: row.chat_id, contact_id: contactId });
		changes.publish({ kind: 'talk', action: 'add', row, by: 0 });
		return row;
	}
}

export interface MessageInput {
	/** An open talk, or … */
	talkId?: number;
	/** … the contact whose talk it is; opened when there is none. */
	contactId?: number;
	/** Card of a new talk; the contact's newest lead unless said. */
	entityId?: number;
	entityType?: 'lead' | 'customer';
	direction?: 'incoming' | 'outgoing';
	text?: string;
	type?: MessageRow['type'];
	author?: string;
	/** telegram, waba, onlinechat, instagram_business, vk, … */
	origin?: string;
	attachment?: MessageRow['attachment'];
}
