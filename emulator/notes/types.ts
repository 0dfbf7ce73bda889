import { z } from 'zod';

/** Note types that the API writes, with their params. facts: core 13, extended 5.4 */

const text = z.string();
const loose = z.union([z.string(), z.number()]).nullish();
const number = z.number().nullish();

const call = z.strictObject({
	uniq: loose,
	duration: z.number().int(),
	source: text,
	link: text.nullish(),
	phone: z.union([z.string(), z.number()]),
	call_responsible: z.union([z.number(), z.string()]).nullish(),
	call_result: text.nullish(),
	call_status: z.number().int().min(1).max(8).nullish(),
});
const service = z.strictObject({ service: text, text });
const sms = z.strictObject({ text, phone: text });
const billed = z.strictObject({ service: text.nullish(), text: text.nullish(), icon_url: text.nullish() });
const targeting = z.strictObject({ contacts: z.unknown(), campaign: z.unknown(), service: z.enum(['facebook', 'vkontakte', 'mailchimp', 'adwords']) });

export const NOTE_PARAMS: Readonly<Record<string, z.ZodTypeAny>> = {
	common: z.strictObject({ text }),
	call_in: call,
	call_out: call,
	service_message: service,
	extended_service_message: service,
	message_cashier: z.strictObject({ status: z.enum(['created', 'shown', 'canceled']), text }),
	geolocation: z.strictObject({ text: text.nullish(), address: text, longitude: text, latitude: text }),
	sms_in: sms,
	sms_out: sms,
	attachment: z.strictObject({ file_uuid: text, version_uuid: text.nullish(), file_name: text.nullish() }),
	invoice_paid: billed,
	bill_paid: billed,
	site_visit: z.strictObject({ url: text }),
	targeting_in: targeting,
	targeting_out: targeting,
	zoom_meeting: z.strictObject({ conference: z.unknown(), recordings: z.unknown() }),
	ai_result: z.strictObject({ text, answer_id: loose, talk_id: number, is_error: z.boolean().nullish() }),
};

/** Numbers of note types in the v2 world. facts: extended 1.4 */
export const NOTE_TYPE_NUMBER: Readonly<Record<string, number>> = {
	common: 4,
	attachment: 5,
	call_in: 10,
	call_out: 11,
	task_result: 13,
	service_message: 25,
	extended_service_message: 25,
	message_cashier: 17,
	geolocation: 4,
	sms_in: 102,
	sms_out: 103,
};
