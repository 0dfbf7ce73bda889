import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { isUnset } from '../fields/values';
import { isObject } from '../transport/objects';
import { type Memory, isKey, isOurAccount, KEY_PARAMETER, rememberedOf, scopeOf } from './authenticity';
import { type HookAccount, readDelivery } from './delivery';
import { isWanted } from './filters';
import { type FormObject, type FormValue, assemble, isFormObject, isTooLarge, isUnsafeKey, parseForm } from './formBody';
import { gather } from './gather';
import { optionsHeard } from './options';
import { withoutRepeats } from './repeats';
import { textOf } from './row';
import { noteSeen } from './seen';
import { isDigitalPipeline } from './subscription';

/**
 * One delivery. Sends no request of its own: n8n answers amoCRM as soon as it has stored the execution, well within
 * amoCRM's two seconds, and everything that takes time happens inside that execution (`process`).
 */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const scope = scopeOf(context);
	const memory = rememberedOf(scope, context.getWorkflowStaticData('node') as Memory);
	// Of a Digital Pipeline webhook n8n shows the address alone: that is the secret.
	if (!isDigitalPipeline(context) && !isKey((context.getQueryData() as IDataObject)[KEY_PARAMETER], memory.key)) {
		return refuse(context, 403, 'A delivery without the right key was refused');
	}
	const body = bodyOf(context);
	if (!('form' in body)) return refuse(context, body.status, body.message);
	const { account, items } = readDelivery(body.form);
	if (!isFromUs(context, account, memory)) return refuse(context, 403, 'A delivery of another account was refused');
	noteSeen(scope, memory, items);
	const options = optionsHeard(context, memory.named);
	const filtered = items.filter((item) => isWanted(item, options, memory.userId));
	const wanted = options.keepRepeated ? filtered : withoutRepeats(scope, filtered);
	if (wanted.length === 0) return { webhookResponse: { message: 'Nothing to start for' } };
	const gathered = options.separateExecutions ? wanted : await gather(scope, wanted, context.getResponseObject());
	if (gathered === true) return { webhookResponse: { message: 'Workflow was started' } };
	if (gathered === false) return refuse(context, 503, 'A delivery could not be stored. amoCRM will repeat it');
	return { workflowData: [gathered.map((json) => ({ json }))] };
}

/** Whether a Digital Pipeline delivery names the account is not confirmed; but another one it must not name. */
function isFromUs(context: IWebhookFunctions, account: HookAccount, memory: Memory): boolean {
	const isNameless = account.id === undefined && account.subdomain === undefined;
	return (isNameless && isDigitalPipeline(context)) || isOurAccount(account, memory);
}

function refuse(context: IWebhookFunctions, status: number, message: string): IWebhookResponseData {
	context.logger.warn(`amoCRM Trigger: ${message}`, { node: context.getNode().name });
	context.getResponseObject().status(status).json({ message });
	return { noWebhookResponse: true };
}

/** A body, or how what starts nothing is answered. */
type Body = { form: FormObject } | { status: number; message: string };

const NOTHING: Body = { status: 200, message: 'An empty body starts nothing' };
const UNREADABLE: Body = { status: 400, message: 'A body that is no delivery of amoCRM was refused' };
const TOO_LARGE: Body = { status: 413, message: 'A body with too many values, or too many levels of them, was refused' };

/** The raw body where there is one; n8n's own parser gives the form's keys flat, and stops at 1,000. */
function bodyOf(context: IWebhookFunctions): Body {
	const headers = context.getHeaderData();
	const { rawBody } = context.getRequestObject() as { rawBody?: Buffer };
	// Nothing where the body is empty, or of a type that n8n does not read.
	const parsed = context.getBodyData() as unknown;
	const type = String(headers['content-type'] ?? '');
	if (/multipart/i.test(type)) return UNREADABLE;
	if (/json/i.test(type) && parsed !== undefined) {
		if (isTooLarge(parsed)) return TOO_LARGE;
		if (isUnset(parsed) || (Array.isArray(parsed) && parsed.length === 0)) return NOTHING;
		return isObject(parsed) ? bodyIn(fromJson(parsed) as FormObject) : UNREADABLE;
	}
	if (rawBody && rawBody.length > 0) return bodyIn(parseForm(rawBody.toString('utf8')));
	if (isObject(parsed)) return bodyIn(assemble(Object.entries(parsed).flatMap(([key, value]) => [value].flat().map((entry): [string, string] => [key, textOf(entry)]))));
	return Number(headers['content-length'] ?? 0) > 0 || 'transfer-encoding' in headers ? UNREADABLE : NOTHING;
}

/** The keys of a delivery are words with brackets behind them: a body without any is something else. */
function bodyIn(form: FormObject | undefined): Body {
	if (!form) return TOO_LARGE;
	if (Object.keys(form).length === 0) return NOTHING;
	return Object.entries(form).some(([key, value]) => /^\w+$/.test(key) && isFormObject(value)) ? { form } : UNREADABLE;
}

/** A JSON body in the form's shape: every leaf a text, no prototypes. */
function fromJson(value: unknown): FormValue {
	if (typeof value !== 'object') return value === true ? '1' : value === false ? '0' : String(value ?? '');
	const object = Object.create(null) as FormObject;
	for (const [key, inner] of Object.entries(value ?? {})) if (!isUnsafeKey(key) && inner !== null) object[key] = fromJson(inner);
	return object;
}
