using System.Reflection;
using System.Runtime.CompilerServices;

namespace Plait.Codecs;

/// <summary>
/// Exceptions from one process to another. Writing never fails, whatever the exception does. Reading rebuilds only the
/// framework's exceptions and those of the function's own assemblies that a message can make; everything else becomes a
/// <see cref="RemoteException"/> that holds it as text.
/// </summary>
internal static partial class ExceptionCodec
{
    // Bounds, so that a hostile or absurd exception (a million inner ones, a message of a gigabyte) still travels.
    private const int Deepest = 16;
    private const int MostNodes = 64;
    private const int MostEntries = 64;
    private const int LongestText = 256 * 1024;

    // Private fields and details that a message does not hold. The writer and the reader share these numbers.
    private const byte End = 0;
    private const byte ParamName = 1;
    private const byte ObjectName = 2;
    private const byte FileName = 3;
    private const byte NativeCode = 4;
    private const byte SocketCode = 5;
    private const byte ActualValue = 6;
    private const byte TypeName = 7;

    // What follows a node.
    private const byte NoInner = 0;
    private const byte OneInner = 1;
    private const byte ManyInner = 2;

    /// <summary>True when <see cref="Read(ref PayloadReader, Assembly)"/> makes this very type again, given that its assembly is one of the function's own.</summary>
    public static bool CanRebuild(Type type) => !type.IsAbstract && !type.ContainsGenericParameters && !type.IsCollectible && !type.Assembly.IsDynamic && HasMaker(type);

    private static bool HasMaker(Type type) =>
        type == typeof(AggregateException)
        || type.GetConstructor([typeof(string), typeof(Exception)]) is not null
        || type.GetConstructor([typeof(string)]) is not null
        || type.GetConstructor([typeof(int)]) is not null && IsNative(type);

    private static bool IsNative(Type type) => FrameworkTypes.Owns(type) && (Derives(type, "System.ComponentModel.Win32Exception"));

    // By name: naming these types in code would load their assemblies in every worker.
    private static bool Derives(Type type, string name)
    {
        for (Type? level = type; level is not null; level = level.BaseType)
        {
            if (level.FullName == name)
            {
                return true;
            }
        }

        return false;
    }

    // The message as it was given, before an override decorates it.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_message")]
    private static extern ref string? MessageField(Exception exception);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_innerException")]
    private static extern ref Exception? InnerField(Exception exception);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_paramName")]
    private static extern ref string? ParamNameField(ArgumentException exception);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_actualValue")]
    private static extern ref object? ActualValueField(ArgumentOutOfRangeException exception);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_objectName")]
    private static extern ref string? ObjectNameField(ObjectDisposedException exception);

    /// <summary>Fields that a user's exception class added; the framework's levels have their own ways.</summary>
    private static List<FieldInfo> OwnFields(Type type)
    {
        var fields = new List<FieldInfo>();
        for (Type? level = type; level is not null && !FrameworkTypes.Owns(level) && level != typeof(RemoteException); level = level.BaseType)
        {
            fields.AddRange(level.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly));
        }

        return fields;
    }
}
