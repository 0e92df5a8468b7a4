using System.Globalization;
using System.Net;
using System.Text;

namespace Plait.Codecs;

/// <summary>Framework classes that a text can hold whole. By name first: naming the type in code would load its assembly.</summary>
internal static class FrameworkTexts
{
    public static TextPlan? Create(Type type)
    {
        for (Type? level = type; level is not null && level != typeof(object); level = level.BaseType)
        {
            TextPlan? plan = level.FullName switch
            {
                "System.Version" => new TextPlan(level, static v => v.ToString()!, static s => Version.Parse(s)),
                "System.Uri" when level == type => ForUri(),
                "System.Text.StringBuilder" => new TextPlan(level, static v => v.ToString()!, static s => new StringBuilder(s)),
                "System.Globalization.CultureInfo" => new TextPlan(level, static v => ((CultureInfo)v).Name, static s => CultureInfo.GetCultureInfo(s)),
                "System.TimeZoneInfo" => new TextPlan(
                    level, static v => ((TimeZoneInfo)v).ToSerializedString(), static s => TimeZoneInfo.FromSerializedString(s)),
                "System.IO.FileInfo" => new TextPlan(level, static v => ((FileInfo)v).FullName, static s => new FileInfo(s)),
                "System.IO.DirectoryInfo" => new TextPlan(level, static v => ((DirectoryInfo)v).FullName, static s => new DirectoryInfo(s)),
                "System.Net.IPAddress" => ForAddress(),
                "System.Net.IPEndPoint" => ForEndPoint(),
                _ => null,
            };
            if (plan is not null)
            {
                return plan;
            }
        }

        return null;
    }

    private static TextPlan ForUri() => new(
        typeof(Uri),
        static v => (((Uri)v).IsAbsoluteUri ? "A" : "R") + ((Uri)v).OriginalString,
        static s => new Uri(s[1..], s[0] == 'A' ? UriKind.Absolute : UriKind.Relative));

    private static TextPlan ForAddress() => new(typeof(IPAddress), static v => v.ToString()!, static s => IPAddress.Parse(s));

    private static TextPlan ForEndPoint() => new(typeof(IPEndPoint), static v => v.ToString()!, static s => IPEndPoint.Parse(s));
}
