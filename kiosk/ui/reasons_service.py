"""The words for what takes the kiosk out of service: what is wrong with it, and whom to call.

Rules kept here: one entry for each `Reason` without an outcome. `reasons.py` has those of the verdicts, and
joins both.
"""

from __future__ import annotations

from kiosk.model import Reason
from kiosk.ui.language import Text

FAULTS: dict[Reason, Text] = {
    Reason.TRUST_MISSING: Text(
        "بيانات التحقق غير موجودة",
        "لا يعمل الجهاز دون بيانات جهات الإصدار المعتمدة؛ أبلغ المشرف لتحميلها.",
        "Trust data are missing",
        "The kiosk cannot verify without its trust data; ask the supervisor to load them.",
    ),
    Reason.TRUST_INVALID: Text(
        "بيانات التحقق غير سليمة",
        "لم تجتز بيانات التحقق في الجهاز فحصها؛ أبلغ المشرف لتحميلها من مصدرها.",
        "Trust data are not sound",
        "The kiosk's trust data did not pass their check; ask the supervisor to load them again.",
    ),
    Reason.TRUST_EXPIRED: Text(
        "انتهت مدة بيانات التحقق",
        "تجاوزت بيانات التحقق في الجهاز مدتها؛ أبلغ المشرف لتحديثها.",
        "Trust data have expired",
        "The kiosk's trust data are past their time; ask the supervisor to update them.",
    ),
    Reason.CAMERA_LOST: Text(
        "لا صورة من الكاميرا",
        "افصل سلك الكاميرا وأعد توصيله، ثم اضغط «أعد المحاولة».",
        "No picture from the camera",
        "Unplug the camera, plug it in again, then press “Try again”.",
    ),
    Reason.FACE_CAMERA_LOST: Text(
        "لا صورة من كاميرا الوجه",
        "افصل سلك كاميرا الوجه وأعد توصيله، ثم اضغط «أعد المحاولة».",
        "No picture from the face camera",
        "Unplug the camera for faces, plug it in again, then press “Try again”.",
    ),
    Reason.CAMERA_REFUSED: Text(
        "لا يجوز استخدام هذه الكاميرا",
        "لا تأتي الصورة من كاميرا موصولة بهذا الجهاز؛ استدعِ المشرف لتوصيل كاميرا حقيقية.",
        "This camera may not be used",
        "The picture does not come from a camera on this machine; call the supervisor to connect a real one.",
    ),
    Reason.CAMERA_NOT_ALLOWED: Text(
        "هذه الكاميرا غير معتمدة",
        "الكاميرا الموصولة ليست من الكاميرات المعتمدة في السياسة؛ استدعِ المشرف لتوصيل الكاميرا المعتمدة.",
        "Not an approved camera",
        "The signed policy does not name this camera; call the supervisor to connect the approved one.",
    ),
    Reason.LOG_UNWRITABLE: Text(
        "تعذّرت الكتابة في السجل",
        "لا يعمل الجهاز دون تسجيل؛ أبلغ المشرف لفحص القرص والصلاحيات.",
        "The log cannot be written",
        "The kiosk does not work unrecorded; ask the supervisor to check the disk and its permissions.",
    ),
    Reason.LOG_BROKEN: Text(
        "السجل غير سليم",
        "لم يجتز السجل فحصه، وقد يكون فيه تغيير أو نقص؛ لا تستخدم الجهاز وأبلغ المراجعة الداخلية.",
        "The log is not sound",
        "The log failed its check, rows may be changed or missing; stop using this kiosk, tell the auditor.",
    ),
    Reason.DISK_LOW: Text(
        "القرص يكاد يمتلئ",
        "لم تبقَ مساحة تكفي للسجل؛ أبلغ المشرف لإخلاء مساحة.",
        "The disk is almost full",
        "There is too little room for the log; ask the supervisor to free space.",
    ),
    Reason.MODEL_ALTERED: Text(
        "ملف مطابقة الوجه غير معتمد",
        "ملف مطابقة الوجه مفقود أو ليس الملف المعتمد؛ أبلغ المشرف لإعادة تثبيت البرنامج.",
        "Face model is not the approved one",
        "The face model is missing or altered; ask the supervisor to install the program again.",
    ),
}
