import { z } from 'zod';
import { readOnly, requestId } from '../entities/schemas';

/** What may be written on tasks. facts: core 12 */

const int = z.number().int();

const fields = {
	text: z.string().min(1),
	complete_till: int,
	responsible_user_id: int.optional(),
	entity_id: int.nullish(),
	entity_type: z.enum(['leads', 'contacts', 'companies', 'customers']).nullish(),
	is_completed: z.boolean().optional(),
	task_type_id: int.optional(),
	duration: int.min(0).optional(),
	result: z.union([z.strictObject({ text: z.string() }), z.array(z.never()).max(0)]).nullish(),
	created_by: int.optional(),
	updated_by: int.optional(),
	created_at: int.optional(),
	updated_at: int.optional(),
	request_id: requestId,
	// amocrm-js sends an empty one with every task, and that works on live accounts.
	_embedded: readOnly,
};

export const CREATE_TASK = z.strictObject(fields);
const changes = z.strictObject({ ...fields, group_id: readOnly, account_id: readOnly, _links: readOnly }).partial();
export const UPDATE_TASK = changes.extend({ id: int.optional() });
export const UPDATE_TASKS = changes.extend({ id: int });

export type TaskInput = z.infer<typeof UPDATE_TASK>;
