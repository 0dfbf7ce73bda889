import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parsed } from '../http/parsed';
import { ENTITY_TYPES } from '../store/account';
import { STAGE_EVENTS } from '../store/moreRows';
import type { EntityRow } from '../store/rows';
import type { StaffedWorld } from '../staffedWorld';

/** The control API's side of `UserInterface`; described in routes/control.ts. */

const int = z.number().int();
const MESSAGE = z.strictObject({
	talkId: int.optional(),
	contactId: int.optional(),
	entityId: int.optional(),
	entityType: z.enum(['lead', 'customer']).optional(),
	direction: z.enum(['incoming', 'outgoing']).optional(),
	text: z.string().optional(),
	type: z.enum(['text', 'contact', 'file', 'video', 'picture', 'voice', 'audio', 'sticker', 'location']).optional(),
	author: z.string().optional(),
	origin: z.string().optional(),
	attachment: z.strictObject({ type: z.string(), link: z.string(), file_name: z.string() }).optional(),
});
const TALK = z.strictObject({ is_read: z.boolean().optional(), is_in_work: z.boolean().optional(), rate: int.optional() });
const UNSORTED = z.strictObject({
	category: z.enum(['sip', 'forms', 'chats', 'mail']),
	source_uid: z.string().default('ui'),
	source_name: z.string().default('ui'),
	pipeline_id: int.optional(),
	metadata: z.record(z.unknown()).default({}),
	lead: z.object({}).passthrough().optional(),
	contact: z.object({}).passthrough().optional(),
	company: z.object({}).passthrough().optional(),
});
const REVIEW = z.strictObject({ source_id: int, status: z.enum(['review', 'approved', 'paused', 'rejected']), reject_reason: z.string().optional() });

const STAGE_HOOK = z.strictObject({ pipeline_id: int, status_id: int, url: z.string().url(), event: z.enum(STAGE_EVENTS).optional() });
const LETTER = z.strictObject({ subject: z.string(), text: z.string().optional(), from: z.strictObject({ email: z.string(), name: z.string().optional() }) });

type One = { Params: { id: string } };
type ByUid = { Params: { uid: string } };

export function uiRoutes(app: FastifyInstance, world: StaffedWorld): void {
	const { ui } = world;
	const idOf = (request: FastifyRequest<One>) => Number(request.params.id);
	const done = { ok: true };
	const shown = ({ id }: Pick<EntityRow, 'id'>) => ({ id });

	app.addHook('preHandler', async (request) => {
		const { user_id } = request.query as { user_id?: string };
		ui.userId = user_id === undefined ? undefined : Number(user_id);
	});

	for (const type of ENTITY_TYPES) {
		app.post(`/${type}`, async (request) => shown(ui.create(type, request.body)));
		app.patch<One>(`/${type}/:id(^\\d+$)`, async (request) => shown(ui.update(type, idOf(request), request.body)));
		app.delete<One>(`/${type}/:id(^\\d+$)`, async (request) => {
			ui.remove(type, idOf(request));
			return done;
		});
		app.post<One>(`/${type}/:id(^\\d+$)/restore`, async (request) => {
			ui.restore(type, idOf(request));
			return done;
		});
		app.post<One>(`/${type}/:id(^\\d+$)/merge`, async (request) => {
			const { with: others } = parsed(z.strictObject({ with: z.array(int).min(1) }), request.body);
			return shown(ui.merge(type, idOf(request), others));
		});
		app.post<One>(`/${type}/:id(^\\d+$)/notes`, async (request) => {
			const { text } = parsed(z.strictObject({ text: z.string() }), request.body);
			return shown(ui.addNote(type, idOf(request), text));
		});
		app.post<One>(`/${type}/:id(^\\d+$)/letters`, async (request) => shown(ui.letter(type, idOf(request), parsed(LETTER, request.body))));
	}

	app.post('/tasks', async (request) => shown(ui.createTask(request.body)));
	app.patch<One>('/tasks/:id(^\\d+$)', async (request) => shown(ui.updateTask(idOf(request), request.body)));
	app.delete<One>('/tasks/:id(^\\d+$)', async (request) => {
		ui.removeTask(idOf(request));
		return done;
	});

	app.post('/messages', async (request) => {
		const { id: talk_id, chat_id, contact_id, entity_id } = ui.message(parsed(MESSAGE, request.body));
		return { talk_id, chat_id, contact_id, entity_id };
	});
	app.patch<One>('/talks/:id(^\\d+$)', async (request) => shown(ui.updateTalk(idOf(request), parsed(TALK, request.body))));
	app.delete<One>('/talks/:id(^\\d+$)', async (request) => {
		ui.removeTalk(idOf(request));
		return done;
	});

	app.post('/unsorted', async (request) => {
		const { uid, lead_id, contact_id } = ui.addUnsorted(parsed(UNSORTED, request.body));
		return { uid, lead_id, contact_id };
	});
	app.patch<ByUid>('/unsorted/:uid', async (request) => {
		ui.updateUnsorted(request.params.uid, parsed(z.record(z.unknown()), request.body));
		return done;
	});
	app.post<ByUid>('/unsorted/:uid/accept', async (request) => {
		const { status_id } = parsed(z.strictObject({ status_id: int.optional() }), request.body ?? {});
		ui.acceptUnsorted(request.params.uid, status_id);
		return done;
	});
	app.post<ByUid>('/unsorted/:uid/decline', async (request) => {
		ui.declineUnsorted(request.params.uid);
		return done;
	});

	app.delete<One>('/catalog-elements/:id(^\\d+$)', async (request) => {
		ui.removeElement(idOf(request));
		return done;
	});
	app.post<One>('/chat-templates/:id(^\\d+$)/review', async (request) => {
		const { source_id, status, reject_reason } = parsed(REVIEW, request.body);
		ui.reviewTemplate(idOf(request), source_id, status, reject_reason);
		return done;
	});
	app.post('/stage-hooks', async (request) => shown(ui.addStageHook(parsed(STAGE_HOOK, request.body))));
	app.delete<One>('/stage-hooks/:id(^\\d+$)', async (request) => {
		ui.removeStageHook(idOf(request));
		return done;
	});
	app.post('/webhooks/enable', async (request) => {
		ui.enableWebhook(parsed(z.strictObject({ destination: z.string() }), request.body).destination);
		return done;
	});
}
